//! The specification of cadences.

use chrono::{DateTime, NaiveTime, TimeDelta, Timelike as _, Utc};
use chrono_tz::TZ_VARIANTS;
use proptest::prelude::*;

use super::*;
use crate::kernel::{Refusal, Zone};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn berlin() -> Zone {
    "Europe/Berlin".parse().unwrap()
}

/// The next times after an instant.
fn next(cadence: &str, after: &str, zone: Zone, count: usize) -> Vec<DateTime<Utc>> {
    let cadence: Cadence = cadence.parse().unwrap();
    let times = std::iter::successors(Some(at(after)), |last| cadence.next_after(*last, zone));
    times.skip(1).take(count).collect()
}

#[test]
fn each_cadence_comes_when_it_says() {
    for (cadence, expected) in [
        ("hourly :05", ["2026-03-02T09:05:00Z", "2026-03-02T10:05:00Z"]),
        ("six-hourly :30", ["2026-03-02T11:30:00Z", "2026-03-02T17:30:00Z"]),
        ("daily 00:15", ["2026-03-02T23:15:00Z", "2026-03-03T23:15:00Z"]),
        ("cron */20 9-10 * * *", ["2026-03-02T09:20:00Z", "2026-03-02T09:40:00Z"]),
        ("cron 0 9 1 * mon", ["2026-03-09T08:00:00Z", "2026-03-16T08:00:00Z"]),
        ("cron 0 9 1 apr *", ["2026-04-01T07:00:00Z", "2027-04-01T07:00:00Z"]),
        ("cron 59 23 29 2 *", ["2028-02-29T22:59:00Z", "2032-02-29T22:59:00Z"]),
        ("cron 0 0 * * 7", ["2026-03-07T23:00:00Z", "2026-03-14T23:00:00Z"]),
        ("cron 0 0 * * 5-7", ["2026-03-05T23:00:00Z", "2026-03-06T23:00:00Z"]),
    ] {
        let found = next(cadence, "2026-03-02T09:00:00Z", berlin(), 2);
        assert_eq!(found, expected.map(at), "{cadence}");
    }
}

#[test]
fn the_time_itself_is_over_once_it_came() {
    let daily: Cadence = "daily 10:00".parse().unwrap();
    let ten = at("2026-03-02T09:00:00Z");
    assert_eq!(daily.next_after(ten, berlin()), Some(at("2026-03-03T09:00:00Z")));
    let before = ten - TimeDelta::nanoseconds(1);
    assert_eq!(daily.next_after(before, berlin()), Some(ten));
}

#[test]
fn a_skipped_hour_is_run_after_the_gap() {
    for cadence in ["daily 02:30", "cron 30 2 * * *", "cron 0,30 2-3 29 3 *"] {
        let spring = next(cadence, "2026-03-28T12:00:00Z", berlin(), 1);
        assert_eq!(spring, ["2026-03-29T01:00:00Z"].map(at), "{cadence}");
    }
    let day_after = next("daily 02:30", "2026-03-29T01:00:00Z", berlin(), 1);
    assert_eq!(day_after, ["2026-03-30T00:30:00Z"].map(at));
}

#[test]
fn a_repeated_hour_is_run_once() {
    let autumn = next("daily 02:30", "2026-10-24T12:00:00Z", berlin(), 2);
    assert_eq!(autumn, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"].map(at));
    // Clocks went from 00:01 back to 23:01 of the day before.
    let newfoundland: Zone = "America/St_Johns".parse().unwrap();
    let late = next("daily 23:30", "2010-11-06T12:00:00Z", newfoundland, 2);
    assert_eq!(late, ["2010-11-07T02:00:00Z", "2010-11-08T03:00:00Z"].map(at));
}

#[test]
fn a_day_that_a_place_left_out_brings_nothing() {
    let apia: Zone = "Pacific/Apia".parse().unwrap();
    let found = next("daily 10:00", "2011-12-29T12:00:00Z", apia, 2);
    assert_eq!(found, ["2011-12-29T20:00:00Z", "2011-12-30T20:00:00Z"].map(at));
}

#[test]
fn an_hourly_cadence_counts_hours_of_real_time() {
    for (after, until, hours) in [
        ("2026-03-28T22:59:59Z", "2026-03-29T22:00:00Z", 23),
        ("2026-10-24T21:59:59Z", "2026-10-25T23:00:00Z", 25),
        ("2026-06-01T21:59:59Z", "2026-06-02T22:00:00Z", 24),
    ] {
        for cadence in ["hourly :05", "cron 5 * * * *"] {
            let found = next(cadence, after, berlin(), 30);
            let that_day = found.iter().filter(|time| **time < at(until)).count();
            assert_eq!(that_day, hours, "{cadence} after {after}");
        }
    }
}

#[test]
fn a_cadence_is_kept_as_text_and_what_is_none_is_refused() {
    for text in ["hourly :05", "six-hourly :30", "daily 00:15", "cron 0,15 8-18 * 1-3 1-5"] {
        let cadence: Cadence = text.parse().unwrap();
        assert_eq!(cadence.to_string(), text);
        let json = serde_json::to_string(&cadence).unwrap();
        assert_eq!(serde_json::from_str::<Cadence>(&json).unwrap(), cadence);
    }
    let steps: Cadence = "cron */15 8-18/5 * Jan,FEB Sun".parse().unwrap();
    assert_eq!(steps.to_string(), "cron 0,15,30,45 8,13,18 * 1-2 0");
    let code = |text: &str| text.parse::<Cadence>().unwrap_err().code();
    for text in ["", "often", "hourly", "hourly :60", "hourly 5", "daily 24:00", "daily 1:00"] {
        assert_eq!(code(text), "cadence.malformed", "{text}");
    }
    for fields in ["* * * *", "60 * * * *", "* 5-1 * * *", "* * 0 * *", "a * * * *", "5/2 * * * *"]
    {
        assert_eq!(code(&format!("cron {fields}")), "cron.malformed", "{fields}");
    }
    for fields in ["*/0 * * * *", "-1 * * * *", "1,,2 * * * *", "* * * * 8", "* * * * mon-"] {
        assert_eq!(code(&format!("cron {fields}")), "cron.malformed", "{fields}");
    }
    assert_eq!(code("cron 0 0 30 2 *"), "cron.never");
    assert!("cron 0 0 30 2 mon".parse::<Cadence>().is_ok(), "its Mondays come");
    assert_eq!("often".parse::<Cadence>().unwrap_err().field(), Some("/cadence"));
}

#[test]
fn the_end_of_the_calendar_has_an_answer() {
    let daily: Cadence = "daily 00:00".parse().unwrap();
    assert_eq!(daily.next_after(DateTime::<Utc>::MAX_UTC, berlin()), None);
    let hourly: Cadence = "hourly :00".parse().unwrap();
    assert_eq!(hourly.next_after(DateTime::<Utc>::MAX_UTC, berlin()), None);
    assert_eq!(daily.next_after(DateTime::<Utc>::MIN_UTC, berlin()), None);
}

/// Any time of a day, and any minute.
fn cadences() -> impl Strategy<Value = Cadence> {
    let daily = (0_u32..24, 0_u32..60).prop_map(|(hour, minute)| {
        Cadence::Daily(NaiveTime::from_hms_opt(hour, minute, 0).unwrap())
    });
    let minute = 0_u8..60;
    prop_oneof![
        minute.clone().prop_map(Cadence::Hourly),
        minute.clone().prop_map(Cadence::SixHourly),
        daily,
        (minute, 0_u8..24, 0_u8..7).prop_map(|(minute, hour, day)| {
            format!("cron {minute} {hour} * * {day}").parse().unwrap()
        }),
    ]
}

proptest! {
    #[test]
    fn what_comes_next_is_later_and_nothing_lies_between(
        zone in prop::sample::select(&TZ_VARIANTS[..]),
        cadence in cadences(),
        second in 0_i64..4_000_000_000,
        part in 0_i64..1_000_000,
    ) {
        let zone = Zone::from(zone);
        let after = DateTime::from_timestamp(second, 0).unwrap();
        let next = cadence.next_after(after, zone).unwrap();
        prop_assert!(next > after);
        prop_assert!(next - after < TimeDelta::days(9), "{cadence} {zone} {after} {next}");
        // Whoever asks at any moment in between is told the same.
        let between = after + TimeDelta::seconds((next - after).num_seconds() * part / 1_000_000);
        prop_assert_eq!(cadence.next_after(between, zone), Some(next));
        if let Cadence::Hourly(minute) = cadence {
            prop_assert_eq!(zone.clock_at(next).minute(), u32::from(minute));
        }
    }

    #[test]
    fn no_local_time_is_run_twice(
        zone in prop::sample::select(&TZ_VARIANTS[..]),
        cadence in cadences().prop_filter("by real time", |it| !matches!(it, Cadence::Hourly(_))),
        second in 0_i64..4_000_000_000,
    ) {
        let (zone, after) = (Zone::from(zone), DateTime::from_timestamp(second, 0).unwrap());
        let first = cadence.next_after(after, zone).unwrap();
        let second = cadence.next_after(first, zone).unwrap();
        let [shown, next] = [first, second].map(|it| zone.clock_at(it));
        prop_assert!(shown < next, "{cadence} {zone} {first} {second}");
    }
}
