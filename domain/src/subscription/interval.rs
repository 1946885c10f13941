//! Intervals: how far apart the boundaries of a service lie.
//!
//! Guarantees a length of one day to a hundred years. Every recurring [`Cycle`] of a price is an
//! interval ([`Interval::of`]); an interval says more, since weeks may keep to Mondays and years
//! to January. Absent on purpose: where the boundaries lie, which the
//! [`Anchor`](super::Anchor) decides.

use serde::{Deserialize, Serialize};

use crate::kernel::calendar::MONTHS_A_YEAR;
use crate::kernel::{Cycle, Invalid};

/// What an interval counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalUnit {
    /// Days.
    Day,
    /// Seven days.
    Week,
    /// Months of the calendar.
    Month,
    /// Twelve months.
    Year,
}

/// So many days, weeks, months or years. A quarter is three months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Interval {
    unit: IntervalUnit,
    count: u32,
}

/// An interval in what calendars are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// Days, at least one.
    Days(i64),
    /// Months, at least one.
    Months(i64),
}

impl Interval {
    /// Refuses no length and more than a hundred years: 36 525 days, 5 217 weeks, 1 200 months.
    pub fn try_new(unit: IntervalUnit, count: u32) -> Result<Self, Invalid> {
        let most = match unit {
            IntervalUnit::Day => 36_525,
            IntervalUnit::Week => 5_217,
            IntervalUnit::Month => 1_200,
            IntervalUnit::Year => 100,
        };
        if (1..=most).contains(&count) {
            return Ok(Self { unit, count });
        }
        let detail = format!("must be at least 1 and at most {most}, a hundred years");
        Err(Invalid::one("interval/count", "interval.out_of_range", detail))
    }

    /// The interval of a price's cycle; nothing for a one-time price.
    pub fn of(cycle: Cycle) -> Result<Option<Self>, Invalid> {
        match cycle {
            Cycle::OneTime => Ok(None),
            Cycle::Days(days) => Self::try_new(IntervalUnit::Day, days).map(Some),
            Cycle::Months(months) => Self::try_new(IntervalUnit::Month, months).map(Some),
        }
    }

    /// What it counts.
    pub fn unit(self) -> IntervalUnit {
        self.unit
    }

    /// How many of them, at least one.
    pub fn count(self) -> u32 {
        self.count
    }

    /// The same length in days or months; the bounds keep the product small.
    pub(super) fn length(self) -> Length {
        let count = i64::from(self.count);
        match self.unit {
            IntervalUnit::Day => Length::Days(count),
            IntervalUnit::Week => Length::Days(count.saturating_mul(7)),
            IntervalUnit::Month => Length::Months(count),
            IntervalUnit::Year => Length::Months(count.saturating_mul(MONTHS_A_YEAR)),
        }
    }
}

/// The stored form, before its bounds were checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    unit: IntervalUnit,
    count: u32,
}

impl TryFrom<Stored> for Interval {
    type Error = Invalid;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        Self::try_new(stored.unit, stored.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_lasts_a_day_to_a_hundred_years() {
        for (unit, most) in [
            (IntervalUnit::Day, 36_525),
            (IntervalUnit::Week, 5_217),
            (IntervalUnit::Month, 1_200),
            (IntervalUnit::Year, 100),
        ] {
            assert!(Interval::try_new(unit, 0).is_err());
            assert!(Interval::try_new(unit, 1).is_ok() && Interval::try_new(unit, most).is_ok());
            assert!(Interval::try_new(unit, most + 1).is_err());
        }
        assert!(serde_json::from_str::<Interval>(r#"{"unit":"year","count":101}"#).is_err());
        assert!(serde_json::from_str::<Interval>(r#"{"unit":"fortnight","count":1}"#).is_err());
    }

    #[test]
    fn a_recurring_cycle_is_an_interval() {
        let quarter = Interval::try_new(IntervalUnit::Month, 3).unwrap();
        assert_eq!(Interval::of(Cycle::Months(3)), Ok(Some(quarter)));
        assert_eq!(Interval::of(Cycle::OneTime), Ok(None));
        assert!(Interval::of(Cycle::Days(0)).is_err());
    }

    #[test]
    fn a_year_is_twelve_months_and_a_week_seven_days() {
        let length = |unit| Interval::try_new(unit, 2).unwrap().length();
        assert_eq!(length(IntervalUnit::Year), Length::Months(24));
        assert_eq!(length(IntervalUnit::Month), Length::Months(2));
        assert_eq!(length(IntervalUnit::Week), Length::Days(14));
        assert_eq!(length(IntervalUnit::Day), Length::Days(2));
    }
}
