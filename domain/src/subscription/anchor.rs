//! Anchors: what the boundaries of a service hold on to.
//!
//! Guarantees that boundary number n is counted from one origin, never from the boundary before
//! it: a day cut to the end of a short month is itself again as soon as a month has it. Finding
//! the boundary before a day costs the same however far it lies from the origin. Absent on
//! purpose: where a service starts and ends, which its
//! [`BillingSchedule`](super::BillingSchedule) knows.

use std::fmt;

use chrono::{Datelike, NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use super::interval::{Interval, IntervalUnit, Length};
use crate::kernel::Invalid;
use crate::kernel::calendar::{MONTHS_A_YEAR, day_of_month, month_number};

/// A day of the month, 1 to 31.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct BillingDay(u8);

impl BillingDay {
    /// Refuses a day that no month has.
    pub fn try_new(day: u32) -> Result<Self, Invalid> {
        match u8::try_from(day) {
            Ok(day @ 1..=31) => Ok(Self(day)),
            _ => Err(Invalid::one("anchor/day", "billing_day.out_of_range", "use a day 1 to 31")),
        }
    }

    /// The day of the month.
    pub fn get(self) -> u32 {
        u32::from(self.0)
    }
}

impl TryFrom<u32> for BillingDay {
    type Error = Invalid;

    fn try_from(day: u32) -> Result<Self, Self::Error> {
        Self::try_new(day)
    }
}

impl From<BillingDay> for u32 {
    fn from(day: BillingDay) -> Self {
        day.get()
    }
}

impl fmt::Debug for BillingDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What boundaries hold on to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Anchor {
    /// That day of the month, cut to the last day of a shorter one. Intervals of months and years
    /// are counted from the month of the start; days and weeks have no day of the month, and are
    /// counted from the start itself.
    BillingDay {
        /// The day.
        day: BillingDay,
    },
    /// The start repeats, or the date if there is one: its day of the month and, for longer
    /// intervals, its month. The date may lie on either side of the start.
    Anniversary {
        /// What repeats instead of the start.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        date: Option<NaiveDate>,
    },
    /// Weeks start on Monday, months on the first, quarters in January, April, July and October,
    /// years in January. An interval that no calendar knows (five months, two years, two weeks)
    /// is counted from the start of the largest unit it is whole numbers of; days have no larger
    /// unit and are counted from the start.
    Calendar {},
}

impl Anchor {
    /// The boundaries of a service with this start.
    pub fn boundaries(self, start: NaiveDate, interval: Interval) -> Boundaries {
        match interval.length() {
            Length::Days(days) => {
                let origin = match self {
                    Self::BillingDay { .. } => start,
                    Self::Anniversary { date } => date.unwrap_or(start),
                    Self::Calendar {} if interval.unit() == IntervalUnit::Week => monday_of(start),
                    Self::Calendar {} => start,
                };
                Boundaries(Step::Days { origin, days })
            }
            Length::Months(months) => {
                let (month, day) = match self {
                    Self::BillingDay { day } => (month_number(start), day.get()),
                    Self::Anniversary { date } => {
                        let date = date.unwrap_or(start);
                        (month_number(date), date.day())
                    }
                    Self::Calendar {} => (calendar_month(start, months), 1),
                };
                Boundaries(Step::Months { month, day, months })
            }
        }
    }
}

/// An endless row of days at which one period ends and the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Boundaries(Step);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Boundary zero and the days to the next one.
    Days { origin: NaiveDate, days: i64 },
    /// The number of boundary zero's month, the day of all and the months to the next one.
    Months { month: i64, day: u32, months: i64 },
}

impl Boundaries {
    /// Boundary number `n`, which may be negative; nothing past the end of the calendar. A larger
    /// number is a later day.
    pub fn boundary(self, n: i64) -> Option<NaiveDate> {
        match self.0 {
            Step::Days { origin, days } => {
                origin.checked_add_signed(TimeDelta::try_days(days.checked_mul(n)?)?)
            }
            Step::Months { month, day, months } => {
                day_of_month(month.checked_add(months.checked_mul(n)?)?, day)
            }
        }
    }

    /// The number of the last boundary that is not behind a day.
    pub fn number_at(self, on: NaiveDate) -> i64 {
        match self.0 {
            Step::Days { origin, days } => {
                on.signed_duration_since(origin).num_days().checked_div_euclid(days).unwrap_or(0)
            }
            Step::Months { month, months, .. } => {
                let passed = month_number(on).saturating_sub(month);
                let n = passed.checked_div_euclid(months).unwrap_or(0);
                let behind = self.boundary(n).is_some_and(|boundary| boundary > on);
                n.saturating_sub(i64::from(behind))
            }
        }
    }
}

/// The Monday of a day's week; the day itself at the very start of the calendar.
fn monday_of(day: NaiveDate) -> NaiveDate {
    let since = TimeDelta::days(i64::from(day.weekday().num_days_from_monday()));
    day.checked_sub_signed(since).unwrap_or(day)
}

/// The month in which the largest unit begins that divides the year and the interval: January for
/// whole years, the quarter's first month for nine months, the month itself for five.
fn calendar_month(day: NaiveDate, months: i64) -> i64 {
    let fits = |unit: &i64| months.checked_rem(*unit) == Some(0);
    let unit = [MONTHS_A_YEAR, 6, 4, 3, 2].into_iter().find(fits).unwrap_or(1);
    let number = month_number(day);
    number.saturating_sub(number.checked_rem_euclid(unit).unwrap_or(0))
}
