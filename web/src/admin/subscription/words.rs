//! Terms of a subscription in words: how often, holding on to what, billed when.

use billfold_domain::subscription::{Anchor, Interval, IntervalUnit, Timing};

use crate::view::Day;

/// How often: `every month`, `every 30 days`.
pub(super) fn interval(interval: Interval) -> String {
    let unit = match interval.unit() {
        IntervalUnit::Day => "day",
        IntervalUnit::Week => "week",
        IntervalUnit::Month => "month",
        IntervalUnit::Year => "year",
    };
    match interval.count() {
        1 => format!("every {unit}"),
        count => format!("every {count} {unit}s"),
    }
}

/// What the boundaries of its periods hold on to.
pub(super) fn anchor(anchor: Anchor) -> String {
    match anchor {
        Anchor::BillingDay { day } => {
            format!("day {} of the month, the last one of a shorter month", day.get())
        }
        Anchor::Anniversary { date: None } => "the day it began".to_owned(),
        Anchor::Anniversary { date: Some(date) } => format!("the day of {}", Day(date).plain()),
        Anchor::Calendar {} => "the calendar: Mondays, first of month, quarter or year".to_owned(),
    }
}

/// When a period is billed.
pub(super) fn timing(timing: Timing) -> &'static str {
    match timing {
        Timing::Advance => "in advance, on the first day of each period",
        Timing::Arrears => "in arrears, once the period is over",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use billfold_domain::subscription::BillingDay;
    use chrono::NaiveDate;

    #[test]
    fn terms_read_as_words() {
        let month = |count| Interval::try_new(IntervalUnit::Month, count).unwrap();
        assert_eq!(interval(month(1)), "every month");
        assert_eq!(interval(month(3)), "every 3 months");
        let day = BillingDay::try_new(31).unwrap();
        assert!(anchor(Anchor::BillingDay { day }).starts_with("day 31 of the month"));
        let date = NaiveDate::from_ymd_opt(2026, 1, 31);
        assert_eq!(anchor(Anchor::Anniversary { date }), "the day of 31 Jan 2026");
        assert!(timing(Timing::Arrears).starts_with("in arrears"));
    }
}
