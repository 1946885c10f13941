//! The specification of what is noted about the data of somebody.

use chrono::{NaiveDate, TimeDelta};

use super::*;
use crate::kernel::KeyClass;
use crate::kernel::testing::{given, issued};

fn export(reason: &str) -> DataSubjectCommand {
    DataSubjectCommand::Export { kind: DataSubjectKind::Client, reason: reason.to_owned() }
}

fn exported(no: u32) -> DataSubjectEvent {
    DataSubjectEvent::Exported {
        no,
        kind: DataSubjectKind::Client,
        reason: "asked".to_owned(),
        until: issued(()).at + TimeDelta::days(1),
    }
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2034, 12, 31).unwrap()
}

fn end() -> DataSubjectCommand {
    let (kind, class) = (DataSubjectKind::Client, KeyClass::Fiscal);
    DataSubjectCommand::EndRetention { kind, class, kept_until: day() }
}

fn ended() -> DataSubjectEvent {
    let (kind, class) = (DataSubjectKind::Client, KeyClass::Fiscal);
    DataSubjectEvent::Erased { kind, class, kept_until: day() }
}

#[test]
fn each_export_is_counted_and_may_be_fetched_for_a_day() {
    given::<DataSubject>([]).when(issued(export("asked"))).then([exported(1)]);
    given::<DataSubject>([exported(1)]).when(issued(export("asked"))).then([exported(2)]);
}

#[test]
fn an_export_without_a_reason_is_refused() {
    use crate::kernel::Aggregate;
    assert!(DataSubject::default().decide(&issued(export(""))).is_err());
}

#[test]
fn the_end_of_a_key_is_told_once() {
    given::<DataSubject>([]).when(issued(end())).then([ended()]);
    given::<DataSubject>([ended()]).when(issued(end())).then_nothing();
}
