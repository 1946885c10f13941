//! Schedules, with and without turns.

use super::samples::*;
use super::*;
use crate::view::{Badge, ByPlace, Tone};
use chrono::DateTime;

fn at(second: i64) -> ByPlace {
    let berlin = "Europe/Berlin".parse().unwrap();
    ByPlace(DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap(), berlin)
}

fn turn(broke_off: bool) -> schedules::TurnRow {
    schedules::TurnRow {
        due: at(0),
        began: at(2),
        ended: (!broke_off).then(|| at(9)),
        attempts: if broke_off { 3 } else { 1 },
        outcome: match broke_off {
            true => Badge::new(Tone::Red, "Broke off"),
            false => Badge::new(Tone::Green, "Done"),
        },
        summary: "12 documents <issued>.".to_owned(),
    }
}

fn row(waits: bool) -> schedules::ScheduleRow {
    schedules::ScheduleRow {
        href: "/admin/schedules/bill_due_subscriptions".to_owned(),
        says: "Bills everything that is due by today".to_owned(),
        cadence: "cron 30 2 * * 1-5".to_owned(),
        status: match waits {
            true => Badge::new(Tone::Green, "Waiting"),
            false => Badge::new(Tone::Grey, "Paused"),
        },
        next: waits.then(|| at(86_400)),
        last: waits.then(|| turn(false)),
    }
}

pub(super) fn list(rests: bool) -> schedules::Schedules {
    schedules::Schedules {
        shell: shell("/admin/schedules"),
        zone: "Europe/Berlin".to_owned(),
        rests: if rests { "A test clock brings about what is due." } else { "" },
        rows: vec![row(!rests), row(false)],
    }
}

pub(super) fn one(empty: bool) -> schedules::Schedule {
    schedules::Schedule {
        shell: shell("/admin/schedules"),
        zone: "Europe/Berlin".to_owned(),
        row: row(!empty),
        actions: vec![confirm::Action::new("/x/run".to_owned(), "Run now", "play")],
        turns: if empty { Vec::new() } else { vec![turn(true), turn(false)] },
    }
}
