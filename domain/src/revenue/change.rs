//! What a change in the middle of a contract means for its months.
//!
//! Guarantees that at the end of every month what is recognised and what is deferred is what was
//! billed and not credited until then. The unearned part of the old price is credited in
//! proportion to the months left; what was earned keeps the figures it had, and its last piece
//! takes the rest; the new price is billed for the months left and earned over them. Case family
//! `revrec.change`. Absent on purpose: how many months have passed, which whoever asks says in
//! the terms of the contract, such as three and a half for the middle of the fourth month.

use rust_decimal::Decimal;

use crate::kernel::{Money, MoneyRefusal, Quantity, power_of_ten};
use crate::revenue::spread::{proportion, share_out, spread};
use crate::revenue::{MOST_MONTHS, RevenueRefusal};

/// A price for a number of months, earned in equal months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contract {
    /// What was billed for all of them.
    pub amount: Money,
    /// How many, 1 to [`MOST_MONTHS`].
    pub months: u32,
}

/// What happens to a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Another price takes the place of the old one for the months left.
    Price {
        /// The new price of twelve months.
        yearly: Money,
    },
    /// The old price stays and something comes on top, or off, each month.
    Monthly {
        /// How much more a month; less if negative.
        delta: Money,
    },
    /// It ends, and what is unearned is given back.
    Cancel,
}

/// The contract after the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// What is given back.
    pub credit_note: Money,
    /// What is billed in addition.
    pub new_invoice: Money,
    /// What is earned in each month of the whole term.
    pub recognised: Vec<Money>,
    /// What is left to be earned after each month.
    pub deferred: Vec<Money>,
}

/// A point in the term, in parts of a month.
#[derive(Clone, Copy)]
struct Point {
    /// Parts of a month that have passed.
    passed: u64,
    /// Parts that are left.
    left: u64,
    /// Parts of all months.
    whole: u64,
    /// Parts of one month.
    month: u64,
}

impl Contract {
    /// Changes the contract after so many of its months. Refuses a point outside the term.
    pub fn change(&self, elapsed: Quantity, change: Change) -> Result<Changed, RevenueRefusal> {
        let point = self.point(elapsed)?;
        let zero = Money::zero(self.amount.currency());
        let unearned = proportion(self.amount, point.left, point.whole)?;
        let (credit_note, new_invoice) = match change {
            Change::Price { yearly } => {
                let year = point.month.saturating_mul(12);
                (unearned, proportion(yearly, point.left, year)?)
            }
            Change::Monthly { delta } => {
                let more = proportion(delta, point.left, point.month)?;
                if more.is_negative() { (more.negate(), zero) } else { (zero, more) }
            }
            Change::Cancel => (unearned, zero),
        };
        let old = match change {
            Change::Monthly { .. } => spread(self.amount, &self.parts(|_| point.month))?,
            Change::Price { .. } | Change::Cancel => {
                let earned = self.amount.checked_sub(credit_note)?;
                let passed = self.parts(|month| point.passed_in(month));
                share_out(earned, self.amount, point.whole, &passed)?
            }
        };
        let added = match change {
            Change::Monthly { .. } => new_invoice.checked_sub(credit_note)?,
            Change::Price { .. } | Change::Cancel => new_invoice,
        };
        let left = self.parts(|month| point.month.saturating_sub(point.passed_in(month)));
        let new = spread(added, &left)?;
        let recognised = old
            .into_iter()
            .zip(new)
            .map(|(old, new)| old.checked_add(new))
            .collect::<Result<Vec<_>, _>>()?;
        let later = new_invoice.checked_sub(credit_note)?;
        let deferred = self.deferred(&recognised, later, point)?;
        Ok(Changed { credit_note, new_invoice, recognised, deferred })
    }

    /// What is billed and not yet earned after each month; the change is billed in the month in
    /// which it happens.
    fn deferred(
        &self,
        recognised: &[Money],
        later: Money,
        point: Point,
    ) -> Result<Vec<Money>, MoneyRefusal> {
        let mut open = self.amount;
        let mut deferred = Vec::with_capacity(recognised.len());
        let mut billed_later = false;
        for (month, earned) in (0_u64..).zip(recognised) {
            if !billed_later && point.passed_in(month) < point.month {
                open = open.checked_add(later)?;
                billed_later = true;
            }
            open = open.checked_sub(*earned)?;
            deferred.push(open);
        }
        Ok(deferred)
    }

    fn parts(&self, of_month: impl Fn(u64) -> u64) -> Vec<u64> {
        (0..u64::from(self.months)).map(of_month).collect()
    }

    fn point(&self, elapsed: Quantity) -> Result<Point, RevenueRefusal> {
        if self.months == 0 || self.months > MOST_MONTHS {
            return Err(RevenueRefusal::Months { found: self.months.into() });
        }
        let outside = RevenueRefusal::Elapsed { months: self.months, elapsed };
        let passed = elapsed.value();
        if passed < Decimal::ZERO || passed > Decimal::from(self.months) {
            return Err(outside);
        }
        let month = power_of_ten(passed.scale()).and_then(|month| u64::try_from(month).ok());
        let passed = u64::try_from(passed.mantissa()).ok();
        let (Some(month), Some(passed)) = (month, passed) else { return Err(outside) };
        let whole = month.saturating_mul(self.months.into());
        Ok(Point { passed, left: whole.saturating_sub(passed), whole, month })
    }
}

impl Point {
    /// Parts of a month, counted from zero, that have passed.
    fn passed_in(self, month: u64) -> u64 {
        self.passed.saturating_sub(month.saturating_mul(self.month)).min(self.month)
    }
}
