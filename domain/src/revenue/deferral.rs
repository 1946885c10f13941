//! A line that was billed ahead of its service, and how much of it is earned when.
//!
//! Guarantees that what such lines earned and what is still deferred is what was posted to deferred
//! revenue, on every day. Absent on purpose: sums over lines, which whoever keeps them makes.

use chrono::NaiveDate;

use crate::invoice::LineKind;
use crate::kernel::{Money, MoneyRefusal, Period, ProductId};
use crate::revenue::{RecognitionMethod, RevenueRefusal, Schedule};

/// What one line of a document did to deferred revenue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deferral {
    /// What the line bills.
    pub kind: LineKind,
    /// The product, where the line names one.
    pub product_id: Option<ProductId>,
    /// Without tax: what was deferred, or below zero what a credit note took back of it.
    pub amount: Money,
    /// The days of service it pays for.
    pub service: Period,
    /// The day the document counts for.
    pub posted_on: NaiveDate,
}

impl Deferral {
    /// The day by which all of it is earned.
    pub fn last_day(&self) -> NaiveDate {
        let served = self.service.to().pred_opt().unwrap_or(self.service.to());
        served.max(self.posted_on)
    }

    /// What is earned once a day is over: nothing before it was posted, then whatever its days of
    /// service up to then come to. A service longer than
    /// [`MOST_MONTHS`](crate::revenue::MOST_MONTHS) is earned when it ends.
    pub fn earned_by(&self, day: NaiveDate) -> Result<Money, MoneyRefusal> {
        if day >= self.last_day() {
            return Ok(self.amount);
        }
        if day < self.posted_on {
            return Ok(Money::zero(self.amount.currency()));
        }
        match Schedule::try_new(self.amount, self.service, RecognitionMethod::Days) {
            Ok(schedule) => schedule.recognised_by(day),
            Err(RevenueRefusal::Money(refusal)) => Err(refusal),
            Err(_) => Ok(Money::zero(self.amount.currency())),
        }
    }
}
