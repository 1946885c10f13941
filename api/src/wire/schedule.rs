//! When something is billed, on the wire: intervals, anchors, timing.

use billfold_domain::subscription::{Anchor, BillingDay, Interval, IntervalUnit, Timing};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::receive::Check;

/// What an interval counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IntervalUnit)]
pub enum WireIntervalUnit {
    /// Days.
    Day,
    /// Seven days.
    Week,
    /// Months of the calendar.
    Month,
    /// Twelve months.
    Year,
}

/// So many days, weeks, months or years, up to a hundred years.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Interval, example = json!({"unit": "month", "count": 1}))]
pub struct WireInterval {
    /// What is counted.
    pub unit: WireIntervalUnit,
    /// How many.
    #[schema(minimum = 1, maximum = 36525)]
    pub count: u32,
}

/// What the boundaries of periods hold on to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = BillingAnchor, example = json!({"kind": "billing_day", "day": 1}))]
pub enum WireAnchor {
    /// A day of the month; in a shorter month its last one.
    BillingDay {
        /// 1 to 31.
        #[schema(minimum = 1, maximum = 31)]
        day: u32,
    },
    /// The day on which the service begins, or another one.
    Anniversary {
        /// That other day.
        date: Option<NaiveDate>,
    },
    /// Mondays, firsts of months, quarters and years.
    Calendar {},
}

/// When a period is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Timing)]
pub enum WireTiming {
    /// Once its first day is reached.
    Advance,
    /// Once its end is reached.
    Arrears,
}

impl WireInterval {
    /// The interval, or what is wrong below `pointer`.
    pub fn read(&self, check: &mut Check, pointer: &str) -> Option<Interval> {
        let unit = match self.unit {
            WireIntervalUnit::Day => IntervalUnit::Day,
            WireIntervalUnit::Week => IntervalUnit::Week,
            WireIntervalUnit::Month => IntervalUnit::Month,
            WireIntervalUnit::Year => IntervalUnit::Year,
        };
        check.value(&format!("{pointer}/count"), Interval::try_new(unit, self.count))
    }
}

impl From<Interval> for WireInterval {
    fn from(interval: Interval) -> Self {
        let unit = match interval.unit() {
            IntervalUnit::Day => WireIntervalUnit::Day,
            IntervalUnit::Week => WireIntervalUnit::Week,
            IntervalUnit::Month => WireIntervalUnit::Month,
            IntervalUnit::Year => WireIntervalUnit::Year,
        };
        Self { unit, count: interval.count() }
    }
}

impl WireAnchor {
    /// The anchor, or what is wrong below `pointer`.
    pub fn read(&self, check: &mut Check, pointer: &str) -> Option<Anchor> {
        match self {
            Self::BillingDay { day } => {
                let day = check.value(&format!("{pointer}/day"), BillingDay::try_new(*day));
                day.map(|day| Anchor::BillingDay { day })
            }
            Self::Anniversary { date } => {
                let date = check.optional_date(&format!("{pointer}/date"), *date);
                date.map(|date| Anchor::Anniversary { date })
            }
            Self::Calendar {} => Some(Anchor::Calendar {}),
        }
    }

    /// The anchor of a field that may be absent.
    pub fn optional(
        wire: Option<&Self>,
        check: &mut Check,
        pointer: &str,
    ) -> Option<Option<Anchor>> {
        match wire {
            None => Some(None),
            Some(anchor) => anchor.read(check, pointer).map(Some),
        }
    }
}

impl From<Anchor> for WireAnchor {
    fn from(anchor: Anchor) -> Self {
        match anchor {
            Anchor::BillingDay { day } => Self::BillingDay { day: day.get() },
            Anchor::Anniversary { date } => Self::Anniversary { date },
            Anchor::Calendar {} => Self::Calendar {},
        }
    }
}

impl From<WireTiming> for Timing {
    fn from(timing: WireTiming) -> Self {
        match timing {
            WireTiming::Advance => Self::Advance,
            WireTiming::Arrears => Self::Arrears,
        }
    }
}

impl From<Timing> for WireTiming {
    fn from(timing: Timing) -> Self {
        match timing {
            Timing::Advance => Self::Advance,
            Timing::Arrears => Self::Arrears,
        }
    }
}
