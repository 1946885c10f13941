//! How time becomes money, on the wire.

use billfold_domain::subscription::conventions::{CreditBasis, DayCount, MonthDays, ProrationUnit};
use billfold_domain::subscription::{Conventions, LastDay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::receive::Check;

/// What is counted to find the share of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProrationUnit)]
pub enum WireProration {
    /// Whole days at the client's place.
    Day,
    /// Seconds.
    Second,
}

/// How long a month is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DayCount)]
pub enum WireDayCount {
    /// As the calendar has it.
    Actual,
    /// Always the same number of days.
    Fixed,
}

/// What a credit for unused time is a share of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CreditBasis)]
pub enum WireCreditBasis {
    /// The billed amount, by the time of its line.
    BilledLine,
    /// The list price, by the time of the cycle.
    Price,
}

/// Whose the day of a change or an end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LastDay)]
pub enum WireLastDay {
    /// It belongs to what comes after.
    Credited,
    /// It belongs to what was before.
    Charged,
}

/// How a part of a period is measured and what goes back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Conventions)]
pub struct WireConventions {
    /// What is counted.
    pub proration: WireProration,
    /// How long a month is, where days are counted.
    pub day_count: WireDayCount,
    /// How long every month is where `day_count` is `fixed`; 30 if absent.
    #[schema(minimum = 1, maximum = 31)]
    pub fixed_month_days: Option<u32>,
    /// What a credit for unused time is a share of.
    pub credit_basis: WireCreditBasis,
    /// Whose the day of a change is.
    pub change_day: WireLastDay,
    /// Whose the day of an end is.
    pub cancel_day: WireLastDay,
}

impl WireConventions {
    /// The conventions, or what is wrong below `pointer`.
    pub fn read(&self, check: &mut Check, pointer: &str) -> Option<Conventions> {
        let days = match self.fixed_month_days {
            None => Some(MonthDays::default()),
            Some(days) => {
                check.value(&format!("{pointer}/fixed_month_days"), MonthDays::try_new(days))
            }
        };
        Some(Conventions {
            proration: match self.proration {
                WireProration::Day => ProrationUnit::Day,
                WireProration::Second => ProrationUnit::Second,
            },
            day_count: match self.day_count {
                WireDayCount::Actual => DayCount::Actual,
                WireDayCount::Fixed => DayCount::Fixed,
            },
            fixed_month_days: days?,
            credit_basis: match self.credit_basis {
                WireCreditBasis::BilledLine => CreditBasis::BilledLine,
                WireCreditBasis::Price => CreditBasis::Price,
            },
            change_day: self.change_day.into(),
            cancel_day: self.cancel_day.into(),
            ..Conventions::default()
        })
    }
}

impl From<Conventions> for WireConventions {
    fn from(conventions: Conventions) -> Self {
        Self {
            proration: match conventions.proration {
                ProrationUnit::Day => WireProration::Day,
                ProrationUnit::Second => WireProration::Second,
            },
            day_count: match conventions.day_count {
                DayCount::Actual => WireDayCount::Actual,
                DayCount::Fixed => WireDayCount::Fixed,
            },
            fixed_month_days: Some(conventions.fixed_month_days.get()),
            credit_basis: match conventions.credit_basis {
                CreditBasis::BilledLine => WireCreditBasis::BilledLine,
                CreditBasis::Price => WireCreditBasis::Price,
            },
            change_day: conventions.change_day.into(),
            cancel_day: conventions.cancel_day.into(),
        }
    }
}

impl From<WireLastDay> for LastDay {
    fn from(day: WireLastDay) -> Self {
        match day {
            WireLastDay::Credited => Self::Credited,
            WireLastDay::Charged => Self::Charged,
        }
    }
}

impl From<LastDay> for WireLastDay {
    fn from(day: LastDay) -> Self {
        match day {
            LastDay::Credited => Self::Credited,
            LastDay::Charged => Self::Charged,
        }
    }
}
