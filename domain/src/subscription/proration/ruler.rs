//! Rulers: how long a span is, and which share of its cycle.
//!
//! Guarantees a share for every span: none of a cycle it lies outside of, all of one that it
//! covers, at most all in between. Absent on purpose: money.

use chrono::Datelike;

use super::super::conventions::MonthDays;
use super::fraction::Fraction;
use super::stretch::Stretch;
use crate::kernel::calendar::month_number;
use crate::kernel::{Period, Zone};

/// What is counted to measure a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruler {
    /// The days of the calendar.
    Days,
    /// Days as if every month had this many: months times that number plus the difference of the
    /// day numbers. Where such months make a cycle no day long (a week over the end of a long
    /// month), the days of the calendar are counted instead.
    MonthsOf(MonthDays),
    /// Seconds from the first instant of the first day to that of the end, at a place.
    Seconds(Zone),
}

impl Ruler {
    /// The share of a cycle that lies in a span. A span without a day of the cycle has none.
    pub fn share(self, span: Period, cycle: Period) -> Fraction {
        match span.overlap(cycle) {
            None => Fraction::NONE,
            Some(part) if part == cycle => Fraction::WHOLE,
            Some(part) => Fraction::of(self.length(part), self.length(cycle))
                .or_else(|| Fraction::of(part.days(), cycle.days()))
                .unwrap_or(Fraction::NONE),
        }
    }

    /// How long a span is, in what this ruler counts; never less than nothing.
    pub fn length(self, span: Period) -> u64 {
        match self {
            Self::Days => span.days(),
            Self::MonthsOf(days) => {
                let months = month_number(span.to()).saturating_sub(month_number(span.from()));
                let numbers = i64::from(span.to().day()).saturating_sub(span.from().day().into());
                let counted = months.saturating_mul(days.get().into()).saturating_add(numbers);
                u64::try_from(counted).unwrap_or(0)
            }
            Self::Seconds(zone) => Stretch::of_days(span, zone).map_or(0, Stretch::seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: &str, to: &str) -> Period {
        Period::try_new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
    }

    fn months_of(days: u32) -> Ruler {
        Ruler::MonthsOf(MonthDays::try_new(days).unwrap())
    }

    #[test]
    fn fixed_months_count_months_and_the_difference_of_day_numbers() {
        let thirty = months_of(30);
        assert_eq!(thirty.length(period("2023-06-15", "2023-06-23")), 8);
        assert_eq!(thirty.length(period("2023-05-23", "2023-06-15")), 22);
        assert_eq!(thirty.length(period("2023-05-23", "2023-06-23")), 30);
        assert_eq!(thirty.length(period("2023-01-31", "2024-01-31")), 360);
    }

    #[test]
    fn fixed_months_never_give_a_negative_or_an_empty_share_of_everything() {
        let short = months_of(28);
        assert_eq!(short.length(period("2023-01-31", "2023-02-01")), 0);
        let cycle = period("2023-01-01", "2023-02-01");
        assert!(short.share(period("2023-01-01", "2023-01-31"), cycle).is_whole());
        // Seven days that such months make none: the calendar counts them.
        let week = period("2023-01-30", "2023-02-06");
        assert_eq!(
            months_of(24).share(period("2023-01-30", "2023-02-02"), week).to_string(),
            "3/7"
        );
    }

    #[test]
    fn seconds_know_that_a_day_may_be_short() {
        let berlin = Ruler::Seconds("Europe/Berlin".parse().unwrap());
        let cycle = period("2026-03-01", "2026-04-01");
        let spring = period("2026-03-29", "2026-03-30");
        assert_eq!(berlin.share(spring, cycle).to_string(), "82800/2674800");
        assert_eq!(Ruler::Seconds(Zone::UTC).share(spring, cycle).to_string(), "86400/2678400");
    }

    #[test]
    fn only_what_lies_in_the_cycle_counts() {
        let cycle = period("2023-06-01", "2023-07-01");
        let share = |from, to| Ruler::Days.share(period(from, to), cycle).to_string();
        assert_eq!(share("2023-05-01", "2023-06-11"), "10/30");
        assert_eq!(share("2023-05-01", "2023-06-01"), "0/1");
        assert_eq!(share("2023-05-01", "2023-08-01"), "1");
    }
}
