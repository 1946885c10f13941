//! Time zones: which day it is at a place, and when that day begins.
//!
//! Guarantees an answer for every day and every instant: where clocks skip midnight, a day begins
//! with the first instant behind the gap; where they show it twice, with the first of the two;
//! and a day that a place left out altogether begins with the one after it. The tz database is
//! compiled in ([`Zone::DATABASE`] names its version), so that nothing outside the program
//! decides. Absent on purpose: the current time and the zone of the machine.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{IANA_TZDB_VERSION, Tz};

use crate::kernel::refusal::Invalid;
use crate::kernel::text::serde_as_text;

/// A time zone by its name in the tz database, such as `Europe/Berlin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

impl From<Tz> for Zone {
    fn from(zone: Tz) -> Self {
        Self(zone)
    }
}

impl Zone {
    /// Universal time, where no other zone is known.
    pub const UTC: Self = Self(Tz::UTC);

    /// The version of the tz database behind every answer, such as `2025b`.
    pub const DATABASE: &'static str = IANA_TZDB_VERSION;

    /// The calendar day at this place.
    pub fn date_of(self, instant: DateTime<Utc>) -> NaiveDate {
        self.clock_at(instant).date()
    }

    /// What clocks show at this place; universal time itself where the calendar ends.
    pub fn clock_at(self, instant: DateTime<Utc>) -> NaiveDateTime {
        self.local(instant.naive_utc())
    }

    /// The first instant whose local day is this one, or a later one where the place left this
    /// one out.
    pub fn first_instant(self, day: NaiveDate) -> DateTime<Utc> {
        self.first_instant_at(day, NaiveTime::MIN)
    }

    /// The first instant at which clocks show a time of a day, or have passed it where they never
    /// show it.
    pub fn first_instant_at(self, day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
        let wanted = day.and_time(time);
        // No place is a day ahead or behind, so both lie on a known side of the local time.
        let (Some(before), Some(after)) =
            (wanted.checked_sub_signed(ONE_DAY), wanted.checked_add_signed(ONE_DAY))
        else {
            return wanted.and_utc();
        };
        let shown = [before, after].map(|near| self.instant_showing(wanted, self.ahead(near)));
        let earliest = shown.into_iter().flatten().min();
        earliest.unwrap_or_else(|| self.end_of_gap(wanted, before, after)).and_utc()
    }

    /// Whether something to be billed on a day is due: from the first instant of that local day,
    /// and ever after, even where clocks go back behind it.
    pub fn is_due(self, billing_date: NaiveDate, at: DateTime<Utc>) -> bool {
        self.first_instant(billing_date) <= at
    }

    /// How far local time is ahead of universal time.
    fn ahead(self, utc: NaiveDateTime) -> TimeDelta {
        let seconds = self.0.offset_from_utc_datetime(&utc).fix().local_minus_utc();
        TimeDelta::try_seconds(i64::from(seconds)).unwrap_or(TimeDelta::zero())
    }

    /// What clocks show; universal time itself where the calendar ends.
    fn local(self, utc: NaiveDateTime) -> NaiveDateTime {
        utc.checked_add_signed(self.ahead(utc)).unwrap_or(utc)
    }

    /// The instant at which clocks that far ahead show this, if clocks are that far ahead then.
    fn instant_showing(self, shown: NaiveDateTime, ahead: TimeDelta) -> Option<NaiveDateTime> {
        let utc = shown.checked_sub_signed(ahead)?;
        (self.local(utc) == shown).then_some(utc)
    }

    /// The first instant at which clocks have passed what they never showed, to the second.
    fn end_of_gap(
        self,
        skipped: NaiveDateTime,
        mut before: NaiveDateTime,
        mut after: NaiveDateTime,
    ) -> NaiveDateTime {
        loop {
            let half = after.signed_duration_since(before).num_seconds().div_euclid(2);
            let middle = TimeDelta::try_seconds(half).and_then(|it| before.checked_add_signed(it));
            match middle {
                Some(middle) if half > 0 && self.local(middle) < skipped => before = middle,
                Some(middle) if half > 0 => after = middle,
                _ => return after,
            }
        }
    }
}

const ONE_DAY: TimeDelta = TimeDelta::days(1);

impl FromStr for Zone {
    type Err = Invalid;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let unknown = |_| Invalid::one("time_zone", "time_zone.unknown", "no such time zone");
        name.parse().map(Self).map_err(unknown)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

serde_as_text!(Zone);

#[cfg(test)]
mod tests {
    use chrono::Days;
    use chrono_tz::TZ_VARIANTS;
    use proptest::prelude::*;

    use super::*;

    fn zone(name: &str) -> Zone {
        name.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_is_the_one_at_the_place() {
        assert_eq!(zone("Asia/Tokyo").date_of(at("2026-12-31T15:00:00Z")), day("2027-01-01"));
        assert_eq!(zone("Pacific/Honolulu").date_of(at("2027-01-01T09:59:59Z")), day("2026-12-31"));
    }

    #[test]
    fn a_day_begins_at_midnight_of_the_offset_in_force() {
        let berlin = zone("Europe/Berlin");
        assert_eq!(berlin.first_instant(day("2026-03-29")), at("2026-03-28T23:00:00Z"));
        assert_eq!(berlin.first_instant(day("2026-03-30")), at("2026-03-29T22:00:00Z"));
        assert_eq!(berlin.first_instant(day("2026-10-25")), at("2026-10-24T22:00:00Z"));
        assert_eq!(berlin.first_instant(day("2026-10-26")), at("2026-10-25T23:00:00Z"));
    }

    #[test]
    fn a_day_whose_midnight_is_skipped_begins_behind_the_gap() {
        let beirut = zone("Asia/Beirut");
        assert_eq!(beirut.first_instant(day("2022-03-27")), at("2022-03-26T22:00:00Z"));
        assert_eq!(beirut.date_of(at("2022-03-26T21:59:59Z")), day("2022-03-26"));
    }

    #[test]
    fn a_day_that_a_place_left_out_begins_with_the_one_after_it() {
        let apia = zone("Pacific/Apia");
        assert_eq!(apia.first_instant(day("2011-12-30")), at("2011-12-30T10:00:00Z"));
        assert_eq!(apia.first_instant(day("2011-12-31")), at("2011-12-30T10:00:00Z"));
    }

    #[test]
    fn a_time_of_a_day_keeps_to_the_clocks_of_the_place() {
        let nine = |text: &str| {
            zone("Europe/Berlin")
                .first_instant_at(day(text), NaiveTime::from_hms_opt(9, 0, 0).unwrap())
        };
        assert_eq!(nine("2026-03-28"), at("2026-03-28T08:00:00Z"));
        assert_eq!(nine("2026-03-29"), at("2026-03-29T07:00:00Z"));
        let skipped = NaiveTime::from_hms_opt(2, 30, 0).unwrap();
        let found = zone("Europe/Berlin").first_instant_at(day("2026-03-29"), skipped);
        assert_eq!(found, at("2026-03-29T01:00:00Z"));
    }

    #[test]
    fn a_midnight_shown_twice_counts_the_first_time() {
        let havana = zone("America/Havana");
        assert_eq!(havana.first_instant(day("2023-11-05")), at("2023-11-05T04:00:00Z"));
        // Clocks went from 00:01 back to 23:01 of the day before.
        let newfoundland = zone("America/St_Johns");
        let first = newfoundland.first_instant(day("2010-11-07"));
        assert_eq!(first, at("2010-11-07T02:30:00Z"));
        assert_eq!(newfoundland.date_of(at("2010-11-07T02:35:00Z")), day("2010-11-06"));
        assert!(newfoundland.is_due(day("2010-11-07"), at("2010-11-07T02:35:00Z")));
        // Clocks went from 00:00 back to 23:00, and the new day began an hour later.
        let sao_paulo = zone("America/Sao_Paulo");
        assert_eq!(sao_paulo.first_instant(day("2018-02-18")), at("2018-02-18T03:00:00Z"));
    }

    #[test]
    fn the_ends_of_the_calendar_have_an_answer() {
        for end in [NaiveDate::MIN, NaiveDate::MAX] {
            let first = zone("Pacific/Kiritimati").first_instant(end);
            zone("Pacific/Kiritimati").date_of(first);
        }
        zone("Pacific/Kiritimati").date_of(DateTime::<Utc>::MAX_UTC);
        zone("Pacific/Niue").date_of(DateTime::<Utc>::MIN_UTC);
    }

    #[test]
    fn a_zone_is_stored_by_its_name() {
        let text = serde_json::to_string(&zone("America/St_Johns")).unwrap();
        assert_eq!(text, r#""America/St_Johns""#);
        assert_eq!(serde_json::from_str::<Zone>(&text).unwrap(), zone("America/St_Johns"));
        assert!(serde_json::from_str::<Zone>(r#""Mars/Olympus""#).is_err());
    }

    proptest! {
        #[test]
        fn a_day_begins_with_the_first_instant_that_shows_it(
            zone in prop::sample::select(&TZ_VARIANTS[..]),
            days in 0_u64..80_000,
        ) {
            let zone = Zone(zone);
            let day = day("1890-01-01").checked_add_days(Days::new(days)).unwrap();
            let first = zone.first_instant(day);
            prop_assert!(zone.date_of(first) >= day);
            prop_assert!(zone.date_of(first - TimeDelta::seconds(1)) < day);
            let next = zone.first_instant(day.succ_opt().unwrap());
            prop_assert!(first <= next, "{zone} {day}");
        }

        #[test]
        fn the_day_of_an_instant_has_begun(
            zone in prop::sample::select(&TZ_VARIANTS[..]),
            second in -2_500_000_000_i64..4_500_000_000,
        ) {
            let zone = Zone(zone);
            let instant = DateTime::from_timestamp(second, 0).unwrap();
            prop_assert!(zone.is_due(zone.date_of(instant), instant));
        }
    }
}
