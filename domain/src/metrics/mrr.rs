//! Monthly recurring revenue: what clients pay again and again, brought to one month.
//!
//! Guarantees one rounding, on the sum of a client, and that what was there at the beginning and
//! the movement sum to what is there at the end. Prices are without tax and after recurring
//! discounts; a price counts from the first day of service, trials at nothing. A year has twelve
//! months, 52 weeks or 365 days. Case family `metrics.mrr`; RPT-29. Absent on purpose: setup
//! fees, usage and anything else that is paid once.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::{Currency, Money, MoneyRefusal, Rounding, Unrounded};
use crate::subscription::{Interval, IntervalUnit};

/// A recurring price and the days on which it is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecurringPrice {
    /// Of one piece for one interval.
    pub price: Money,
    /// How many pieces.
    pub quantity: u32,
    /// How often.
    pub interval: Interval,
    /// The first day of service.
    pub from: NaiveDate,
    /// The first day without service, if it ended.
    pub to: Option<NaiveDate>,
}

/// How a client's recurring revenue moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// From nothing, for the first time.
    New,
    /// Up.
    Expansion,
    /// Down.
    Contraction,
    /// Down to nothing.
    Churn,
    /// From nothing, by a client who paid before.
    Reactivation,
}

impl MovementKind {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Expansion => "expansion",
            Self::Contraction => "contraction",
            Self::Churn => "churn",
            Self::Reactivation => "reactivation",
        }
    }
}

/// What happened to a client's recurring revenue between two days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movement {
    /// On the first of them.
    pub start: Money,
    /// On the second.
    pub end: Money,
    /// The difference.
    pub amount: Money,
    /// What kind of difference it is; nothing if there is none.
    pub kind: Option<MovementKind>,
}

impl RecurringPrice {
    fn is_active(&self, on: NaiveDate) -> bool {
        self.from <= on && self.to.is_none_or(|to| on < to)
    }

    /// Whether anything was paid on a day before another.
    fn was_paid_before(&self, day: NaiveDate) -> bool {
        let lasted = self.to.is_none_or(|to| self.from < to);
        lasted && self.from < day && self.quantity > 0 && self.price.is_positive()
    }

    /// Its price for a month, not rounded yet.
    fn monthly(&self) -> Result<Unrounded, MoneyRefusal> {
        let (times_a_year, months) = match self.interval.unit() {
            IntervalUnit::Day => (365_u64, 12_u64),
            IntervalUnit::Week => (52, 12),
            IntervalUnit::Month => (12, 12),
            IntervalUnit::Year => (1, 12),
        };
        let intervals = months.saturating_mul(u64::from(self.interval.count()));
        let pieces = times_a_year.saturating_mul(u64::from(self.quantity));
        Unrounded::from(self.price).portion(pieces, intervals)
    }
}

/// The recurring revenue of a client on a day, in a currency. Refuses a price in another.
pub fn mrr_on(
    day: NaiveDate,
    currency: Currency,
    prices: &[RecurringPrice],
) -> Result<Money, MoneyRefusal> {
    let active = prices.iter().filter(|price| price.is_active(day));
    let monthly = active.map(RecurringPrice::monthly).collect::<Result<Vec<_>, _>>()?;
    Unrounded::sum(currency, monthly)?.round(Rounding::HalfAwayFromZero)
}

/// What moved between two days.
pub fn movement(
    from: NaiveDate,
    to: NaiveDate,
    currency: Currency,
    prices: &[RecurringPrice],
) -> Result<Movement, MoneyRefusal> {
    let (start, end) = (mrr_on(from, currency, prices)?, mrr_on(to, currency, prices)?);
    let amount = end.checked_sub(start)?;
    let paid_before = || prices.iter().any(|price| price.was_paid_before(from));
    let kind = if amount.is_zero() {
        None
    } else if start.is_zero() {
        Some(if paid_before() { MovementKind::Reactivation } else { MovementKind::New })
    } else if end.is_zero() {
        Some(MovementKind::Churn)
    } else if amount.is_positive() {
        Some(MovementKind::Expansion)
    } else {
        Some(MovementKind::Contraction)
    };
    Ok(Movement { start, end, amount, kind })
}
