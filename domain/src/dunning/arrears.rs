//! Arrears: what a client owes on a day, and for how long.
//!
//! Guarantees that a debt counts from its own day while it is unsettled and on no other day: a
//! settled one that a refund or a chargeback reopens counts from its own day again, not from the
//! day of reopening. Case families `dunning.state` and `dunning.campaign`. Absent on purpose:
//! drafts, which nobody owes; and sums over currencies.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::kernel::{Currency, Invalid, Money, MoneyRefusal};

/// An amount for each of some currencies, at most one for each and none below zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Money>", into = "Vec<Money>")]
pub struct Amounts(Vec<Money>);

impl Amounts {
    /// Refuses a negative amount and a second one in a currency. Sorts by currency.
    pub fn try_new(mut amounts: Vec<Money>) -> Result<Self, Invalid> {
        if amounts.iter().any(|amount| amount.is_negative()) {
            return Err(Invalid::one("amounts", "amounts.negative", "must not be negative"));
        }
        amounts.sort_by_key(|amount| amount.currency());
        let twice = amounts.windows(2).any(|pair| match pair {
            [one, other] => one.currency() == other.currency(),
            _ => false,
        });
        if twice {
            let detail = "say one amount for a currency, not several";
            return Err(Invalid::one("amounts", "amounts.currency_twice", detail));
        }
        Ok(Self(amounts))
    }

    /// The amount in a currency, if there is one.
    pub fn of(&self, currency: Currency) -> Option<Money> {
        self.0.iter().copied().find(|amount| amount.currency() == currency)
    }

    /// All of them, by currency.
    pub fn iter(&self) -> impl Iterator<Item = Money> + '_ {
        self.0.iter().copied()
    }

    /// Whether no currency has an amount.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<Vec<Money>> for Amounts {
    type Error = Invalid;

    fn try_from(amounts: Vec<Money>) -> Result<Self, Self::Error> {
        Self::try_new(amounts)
    }
}

impl From<Amounts> for Vec<Money> {
    fn from(amounts: Amounts) -> Self {
        amounts.0
    }
}

/// Something a client owes or owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debt {
    counts_from: NaiveDate,
    amount: Money,
    unsettled: Vec<Unsettled>,
}

/// Days on which a debt is unsettled: `from` is in, `until` is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unsettled {
    from: NaiveDate,
    until: Option<NaiveDate>,
}

impl Debt {
    /// A debt that counts from a day, the invoice's or its due date, until it is settled.
    pub fn new(counts_from: NaiveDate, amount: Money, settled_on: Option<NaiveDate>) -> Self {
        let unsettled = vec![Unsettled { from: counts_from, until: settled_on }];
        Self { counts_from, amount, unsettled }
    }

    /// The same debt, open once more from a day until it is settled again.
    pub fn reopened(mut self, on: NaiveDate, settled_on: Option<NaiveDate>) -> Self {
        self.unsettled.push(Unsettled { from: on, until: settled_on });
        self
    }

    /// How much.
    pub fn amount(&self) -> Money {
        self.amount
    }

    /// Whether it counts on a day. A debt of nothing never does.
    pub fn is_open(&self, on: NaiveDate) -> bool {
        self.open_since(on).is_some()
    }

    /// The first day from which it has been overdue without a break until a day, if its due date
    /// is the day it counts from: the day after that at the earliest.
    pub(super) fn overdue_since(&self, on: NaiveDate) -> Option<NaiveDate> {
        let first = self.counts_from.checked_add_days(Days::new(1))?;
        self.open_since(on).map(|since| since.max(first)).filter(|since| *since <= on)
    }

    fn open_since(&self, on: NaiveDate) -> Option<NaiveDate> {
        if !self.amount.is_positive() || on < self.counts_from {
            return None;
        }
        let now = |part: &&Unsettled| part.from <= on && part.until.is_none_or(|until| on < until);
        self.unsettled.iter().filter(now).map(|part| part.from).min()
    }
}

/// How much a client owes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// How many invoices are unpaid.
    pub count: u32,
    /// What they sum to in each currency.
    pub totals: Amounts,
}

/// What a client owes on a day, and since when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrears {
    /// Days since the oldest debt that is open counts; nothing if none is.
    pub days: Option<u32>,
    /// How much.
    pub owed: Owed,
}

impl Arrears {
    /// What is open on a day. Refuses a sum past the limit of money.
    pub fn on(day: NaiveDate, debts: &[Debt]) -> Result<Self, MoneyRefusal> {
        let open: Vec<&Debt> = debts.iter().filter(|debt| debt.is_open(day)).collect();
        let mut totals: Vec<Money> = Vec::new();
        for debt in &open {
            let currency = debt.amount.currency();
            match totals.iter_mut().find(|total| total.currency() == currency) {
                Some(total) => *total = total.checked_add(debt.amount)?,
                None => totals.push(debt.amount),
            }
        }
        totals.sort_by_key(|total| total.currency());
        let oldest = open.iter().map(|debt| debt.counts_from).min();
        let count = u32::try_from(open.len()).unwrap_or(u32::MAX);
        Ok(Self {
            days: oldest.map(|oldest| days_between(oldest, day)),
            owed: Owed { count, totals: Amounts(totals) },
        })
    }
}

/// Whole days from one day to another; none if it lies before.
pub(super) fn days_between(from: NaiveDate, to: NaiveDate) -> u32 {
    let days = to.signed_duration_since(from).num_days();
    u32::try_from(days).unwrap_or(0)
}
