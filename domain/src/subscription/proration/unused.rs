//! Unused time: what of a billed line goes back when a service changes or ends.
//!
//! Guarantees that a credit has the sign of its line and never exceeds what is left of it after
//! earlier adjustments and credits, whatever the settings. Absent on purpose: credit notes and
//! what becomes of the money.

use chrono::NaiveDate;

use super::super::conventions::{Conventions, CreditBasis};
use super::super::periods::BillingPeriod;
use super::fraction::Fraction;
use super::terms::Terms;
use crate::kernel::{Money, MoneyRefusal, Zone};

/// What was billed for some time of a cycle, however that time is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BilledLine {
    /// The list price and quantity it was billed by.
    pub terms: Terms,
    /// The amount of the line, before tax.
    pub billed: Money,
    /// What is left of it after earlier adjustments and credits, before tax.
    pub left: Money,
}

impl BilledLine {
    /// A line of which nothing went back yet.
    pub fn new(terms: Terms, billed: Money) -> Self {
        Self { terms, billed, left: billed }
    }

    /// What unused time is worth, by its share of the line and its share of the cycle.
    pub fn credit(
        self,
        of_line: Fraction,
        of_cycle: Fraction,
        conventions: Conventions,
    ) -> Result<Money, MoneyRefusal> {
        let worth = match conventions.credit_basis() {
            CreditBasis::BilledLine => of_line.of_money(self.billed, conventions.rounding()),
            CreditBasis::Price => self.terms.charge(of_cycle, conventions.rounding()),
        }?;
        self.at_most_left(worth)
    }

    /// A worth cut to what is left, in the direction of the line.
    fn at_most_left(self, worth: Money) -> Result<Money, MoneyRefusal> {
        let (left, right) = (worth.currency(), self.left.currency());
        if left != right {
            return Err(MoneyRefusal::MixedCurrencies { left, right });
        }
        let (low, high) = match self.billed.minor() {
            billed if billed < 0 => (self.left.minor().min(0), 0),
            _ => (0, self.left.minor().max(0)),
        };
        Money::try_new(worth.minor().clamp(low, high), worth.currency())
    }
}

/// A billed line and the days it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BilledSpan {
    /// What was billed.
    pub line: BilledLine,
    /// For which days, of which cycle.
    pub period: BillingPeriod,
    /// The day after the last one that still counts as charged: what was credited once is not
    /// credited again, even if something is left of the line.
    pub kept_to: NaiveDate,
}

/// What goes back for the unused days of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnusedCredit {
    /// The unused days.
    pub period: BillingPeriod,
    /// What they are worth, before tax: positive for a line that was charged, so that the line of
    /// the credit shows it negated.
    pub amount: Money,
}

impl BilledSpan {
    /// A line of which nothing went back yet.
    pub fn new(line: BilledLine, period: BillingPeriod) -> Self {
        Self { line, period, kept_to: period.span().to() }
    }

    /// The credit for the days from one on that were not credited before; nothing if all were
    /// used or nothing is left of the line. With
    /// [`LastDay::end_on`](super::super::LastDay::end_on) the day of a change becomes the first
    /// unused one.
    pub fn unused_from(
        self,
        day: NaiveDate,
        conventions: Conventions,
        zone: Zone,
    ) -> Result<Option<UnusedCredit>, MoneyRefusal> {
        let Some(period) = self.period.until(self.kept_to).and_then(|kept| kept.rest_from(day))
        else {
            return Ok(None);
        };
        let ruler = conventions.ruler(zone);
        let of_line = ruler.share(period.span(), self.period.span());
        let of_cycle = ruler.share(period.span(), period.cycle());
        let amount = self.line.credit(of_line, of_cycle, conventions)?;
        Ok((!amount.is_zero()).then_some(UnusedCredit { period, amount }))
    }

    /// The line after a credit: less is left of it, and fewer of its days count as charged.
    pub fn less(self, credit: UnusedCredit) -> Result<Self, MoneyRefusal> {
        let left = self.line.left.checked_sub(credit.amount)?;
        let kept_to = self.kept_to.min(credit.period.span().from());
        Ok(Self { line: BilledLine { left, ..self.line }, kept_to, ..self })
    }
}
