//! Which part of a billed amount is earned in which month, and by which day.
//!
//! Guarantees that the months sum to the amount and that a day's figure grows with the days of its
//! month, so that the last day of a month has the month's own figure. Case family
//! `revrec.schedule`. Absent on purpose: accounts, see [`ledger`](crate::ledger).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::calendar::{day_of_month, month_number};
use crate::kernel::{Money, MoneyRefusal, Period, part};
use crate::revenue::RevenueRefusal;
use crate::revenue::spread::spread;

/// The most months an amount is spread over: a hundred years.
pub const MOST_MONTHS: u32 = 1_200;

/// How an amount is spread over its months.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecognitionMethod {
    /// By the days of service in each month.
    #[default]
    Days,
    /// The same for every month in which there is service.
    Months,
    /// The same for every whole month, and half of it for a month that is only partly service.
    HalfMonths,
}

/// A month of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevenueMonth {
    /// The days of service in it.
    pub service: Period,
    /// What is earned in it.
    pub recognised: Money,
    /// What is left to be earned after it.
    pub deferred: Money,
}

/// An amount spread over the months of its service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    amount: Money,
    months: Vec<RevenueMonth>,
}

impl Schedule {
    /// Spreads an amount, which may be negative, over days of service. Refuses more than
    /// [`MOST_MONTHS`].
    pub fn try_new(
        amount: Money,
        service: Period,
        method: RecognitionMethod,
    ) -> Result<Self, RevenueRefusal> {
        let months = months_of(service)?;
        let weights: Vec<u64> = months.iter().map(|month| month.weight(method)).collect();
        let mut deferred = amount;
        let mut scheduled = Vec::with_capacity(months.len());
        for (month, recognised) in months.iter().zip(spread(amount, &weights)?) {
            deferred = deferred.checked_sub(recognised)?;
            scheduled.push(RevenueMonth { service: month.service, recognised, deferred });
        }
        Ok(Self { amount, months: scheduled })
    }

    /// What was billed.
    pub fn amount(&self) -> Money {
        self.amount
    }

    /// The months, in order.
    pub fn months(&self) -> &[RevenueMonth] {
        &self.months
    }

    /// What is earned once a day is over: nothing before the service, everything after it.
    pub fn recognised_by(&self, day: NaiveDate) -> Result<Money, MoneyRefusal> {
        let mut sum = Money::zero(self.amount.currency());
        for month in &self.months {
            let served = days_until(month.service, day);
            let earned = part(month.recognised, 0, served, month.service.days())?;
            sum = sum.checked_add(earned)?;
        }
        Ok(sum)
    }

    /// What is earned after one day is over until another is: what a run posts that follows one
    /// of an earlier day. Nothing was posted before if there is no earlier day.
    pub fn recognised_between(
        &self,
        posted: Option<NaiveDate>,
        day: NaiveDate,
    ) -> Result<Money, MoneyRefusal> {
        let before = match posted {
            Some(posted) => self.recognised_by(posted)?,
            None => Money::zero(self.amount.currency()),
        };
        self.recognised_by(day)?.checked_sub(before)
    }

    /// What is left to be earned once a day is over.
    pub fn deferred_on(&self, day: NaiveDate) -> Result<Money, MoneyRefusal> {
        self.amount.checked_sub(self.recognised_by(day)?)
    }
}

/// A month of the calendar with the days of service in it.
struct ServiceMonth {
    calendar: Period,
    service: Period,
}

impl ServiceMonth {
    fn weight(&self, method: RecognitionMethod) -> u64 {
        match method {
            RecognitionMethod::Days => self.service.days(),
            RecognitionMethod::Months => 1,
            RecognitionMethod::HalfMonths if self.service == self.calendar => 2,
            RecognitionMethod::HalfMonths => 1,
        }
    }
}

/// The months in which there is service.
fn months_of(service: Period) -> Result<Vec<ServiceMonth>, RevenueRefusal> {
    let first = month_number(service.from());
    // The day after the last one may be the first of a month without service.
    let last = service.to().pred_opt().map_or(first, month_number);
    let found = last.saturating_sub(first).saturating_add(1).unsigned_abs();
    let refused = RevenueRefusal::Months { found };
    if found > u64::from(MOST_MONTHS) {
        return Err(refused);
    }
    let month = |number: i64| {
        let (from, to) = (day_of_month(number, 1)?, day_of_month(number.checked_add(1)?, 1)?);
        let calendar = Period::try_new(from, to).ok()?;
        Some(ServiceMonth { calendar, service: calendar.overlap(service)? })
    };
    (first..=last).map(month).collect::<Option<Vec<_>>>().ok_or(refused)
}

/// How many days of a period are over at the end of a day.
fn days_until(period: Period, day: NaiveDate) -> u64 {
    if day < period.from() {
        return 0;
    }
    let days = day.signed_duration_since(period.from()).num_days().unsigned_abs();
    days.saturating_add(1).min(period.days())
}
