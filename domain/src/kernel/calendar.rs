//! Civil days: periods, cycles and month ends.
//!
//! Guarantees half-open periods (`from` is in, `to` is out) and boundaries that return to the
//! anchor's day after a short month. Absent on purpose: today, which comes in with a command;
//! instants and time zones, which are in [`zone`](crate::kernel::zone); anchors and short
//! periods, which are in [`subscription`](crate::subscription).

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::kernel::refusal::Invalid;

/// A span of days: `from` is in, `to` is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Period {
    from: NaiveDate,
    to: NaiveDate,
}

impl Period {
    /// Refuses a period without a day.
    pub fn try_new(from: NaiveDate, to: NaiveDate) -> Result<Self, Invalid> {
        if to <= from {
            return Err(Invalid::one("period/to", "period.empty", "must lie after its start"));
        }
        Ok(Self { from, to })
    }

    /// The first day.
    pub fn from(self) -> NaiveDate {
        self.from
    }

    /// The day after the last one.
    pub fn to(self) -> NaiveDate {
        self.to
    }

    /// Whether a day lies inside.
    pub fn contains(self, day: NaiveDate) -> bool {
        self.from <= day && day < self.to
    }

    /// How many days, at least one.
    pub fn days(self) -> u64 {
        self.to.signed_duration_since(self.from).num_days().unsigned_abs()
    }

    /// The days of both; nothing if they share none.
    pub fn overlap(self, other: Self) -> Option<Self> {
        Self::try_new(self.from.max(other.from), self.to.min(other.to)).ok()
    }

    /// What is left of it from a day on; all of it if the day lies before, nothing if behind.
    pub fn rest_from(self, day: NaiveDate) -> Option<Self> {
        Self::try_new(self.from.max(day), self.to).ok()
    }
}

/// How often something is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cycle {
    /// Once and never again.
    OneTime,
    /// Every so many days.
    Days(u32),
    /// Every so many months; a year is twelve.
    Months(u32),
}

impl Cycle {
    /// Refuses a cycle of no length and one of more than ten years.
    pub fn check(self) -> Result<(), Invalid> {
        match self {
            Self::OneTime | Self::Days(1..=3_660) | Self::Months(1..=120) => Ok(()),
            Self::Days(_) | Self::Months(_) => {
                let detail = "use 1 to 3660 days or 1 to 120 months";
                Err(Invalid::one("cycle", "cycle.out_of_range", detail))
            }
        }
    }

    /// Boundary number `n` of a series anchored at a day; nothing for a one-time charge with
    /// `n` above zero and past the end of the calendar.
    pub fn boundary(self, anchor: NaiveDate, n: u32) -> Option<NaiveDate> {
        match self {
            Self::OneTime => (n == 0).then_some(anchor),
            Self::Days(days) => {
                anchor.checked_add_days(Days::new(u64::from(days).checked_mul(u64::from(n))?))
            }
            Self::Months(months) => add_months_clamped(anchor, months.checked_mul(n)?),
        }
    }
}

/// The anchor's day so many months later, cut to the last day of a shorter month.
///
/// Always counted from the original anchor, never from the boundary before: 31 January gives
/// 28 February and then 31 March. Nothing past the end of the calendar.
pub fn add_months_clamped(anchor: NaiveDate, months: u32) -> Option<NaiveDate> {
    anchor.checked_add_months(Months::new(months))
}

/// Whether a day lies in the years 1 to 9999, which four digits can write.
pub fn is_in_calendar(day: NaiveDate) -> bool {
    (1..=9_999).contains(&day.year())
}

/// The number of a day's month when all months are counted: January of year 0 is 0.
pub(crate) fn month_number(day: NaiveDate) -> i64 {
    i64::from(day.year()).saturating_mul(MONTHS_A_YEAR).saturating_add(i64::from(day.month0()))
}

/// A day of the month with this number, cut to its last one; nothing past the end of the
/// calendar, and nothing for a day zero.
pub(crate) fn day_of_month(month_number: i64, day: u32) -> Option<NaiveDate> {
    let year = i32::try_from(month_number.div_euclid(MONTHS_A_YEAR)).ok()?;
    let month0 = u32::try_from(month_number.rem_euclid(MONTHS_A_YEAR)).ok()?;
    let first = NaiveDate::from_ymd_opt(year, month0.checked_add(1)?, 1)?;
    first.with_day(day.min(u32::from(first.num_days_in_month())))
}

/// How many months a year has.
pub(crate) const MONTHS_A_YEAR: i64 = 12;

/// The stored form, before the order of its days was checked.
#[derive(Deserialize)]
struct Stored {
    from: NaiveDate,
    to: NaiveDate,
}

impl TryFrom<Stored> for Period {
    type Error = Invalid;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        Self::try_new(stored.from, stored.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn months_count_from_the_anchor_and_return_to_its_day() {
        let anchor = day("2026-01-31");
        let cycle = Cycle::Months(1);
        let found: Vec<_> = (0..4).filter_map(|n| cycle.boundary(anchor, n)).collect();
        assert_eq!(found, [anchor, day("2026-02-28"), day("2026-03-31"), day("2026-04-30")]);
    }

    #[test]
    fn the_end_day_is_outside_and_empty_periods_are_refused() {
        let period = Period::try_new(day("2027-03-01"), day("2028-03-01")).unwrap();
        assert_eq!(period.days(), 366);
        assert!(period.contains(day("2028-02-29")) && !period.contains(day("2028-03-01")));
        assert!(Period::try_new(day("2027-03-01"), day("2027-03-01")).is_err());
        assert!(
            serde_json::from_str::<Period>(r#"{"from":"2027-03-02","to":"2027-03-01"}"#).is_err()
        );
    }

    #[test]
    fn what_two_periods_share_is_a_period_or_nothing() {
        let period = |from, to| Period::try_new(day(from), day(to)).unwrap();
        let (march, april) =
            (period("2027-03-01", "2027-04-01"), period("2027-04-01", "2027-05-01"));
        assert_eq!(march.overlap(april), None);
        assert_eq!(
            march.overlap(period("2027-03-20", "2027-04-10")),
            Some(period("2027-03-20", "2027-04-01"))
        );
        assert_eq!(march.rest_from(day("2027-01-01")), Some(march));
        assert_eq!(march.rest_from(day("2027-03-31")), Some(period("2027-03-31", "2027-04-01")));
        assert_eq!(march.rest_from(day("2027-04-01")), None);
    }

    #[test]
    fn months_are_counted_through_the_years_and_days_cut_to_their_length() {
        let number = month_number(day("2024-02-29"));
        assert_eq!(day_of_month(number, 31), Some(day("2024-02-29")));
        assert_eq!(day_of_month(number + 12, 31), Some(day("2025-02-28")));
        assert_eq!(day_of_month(number - 1, 31), Some(day("2024-01-31")));
        assert_eq!(day_of_month(-1, 1).map(month_number), Some(-1));
        assert_eq!(day_of_month(number, 0), None);
        assert_eq!(day_of_month(i64::MAX, 1), None);
        assert!(is_in_calendar(day("9999-12-31")) && !is_in_calendar(NaiveDate::MAX));
        assert!(is_in_calendar(day("0001-01-01")) && !is_in_calendar(day("0000-12-31")));
    }

    #[test]
    fn a_cycle_is_bounded() {
        assert!(Cycle::Days(0).check().is_err() && Cycle::Months(121).check().is_err());
        assert!(Cycle::OneTime.check().is_ok() && Cycle::Months(12).check().is_ok());
    }
}
