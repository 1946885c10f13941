//! The specification of accounting periods.

use chrono::NaiveDate;
use uuid::Uuid;

use super::*;
use crate::kernel::testing::{TODAY, given, issued, issued_on, refusals_are_well_spoken};
use crate::kernel::{
    Actor, Aggregate, Currency, EventBody, Invalid, Issued, Money, Refusal, StaffId,
};
use crate::ledger::{Side, postings};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn ada() -> Actor {
    issued(()).actor
}

fn bob() -> Actor {
    Actor::Staff(StaffId::new(Uuid::from_u128(77)))
}

fn by_bob<C>(command: C) -> Issued<C> {
    Issued { actor: bob(), ..issued(command) }
}

fn close(text: &str) -> AccountingPeriodCommand {
    AccountingPeriodCommand::Close { month: month(text) }
}

fn closed(text: &str) -> AccountingPeriodEvent {
    AccountingPeriodEvent::Closed { month: month(text) }
}

fn ask(text: &str) -> AccountingPeriodCommand {
    AccountingPeriodCommand::AskReopening { month: month(text), reason: "a bill was lost".into() }
}

fn asked(text: &str, by: Actor) -> AccountingPeriodEvent {
    let reason = "a bill was lost".to_owned();
    AccountingPeriodEvent::ReopeningAsked { month: month(text), reason, by }
}

fn reopen(text: &str) -> AccountingPeriodCommand {
    AccountingPeriodCommand::Reopen { month: month(text) }
}

fn reopened(text: &str, asked_by: Actor) -> AccountingPeriodEvent {
    let reason = "a bill was lost".to_owned();
    AccountingPeriodEvent::Reopened { month: month(text), reason, asked_by }
}

fn line(account: &str, side: Side, minor: i64) -> AdjustmentLine {
    let amount = Money::try_new(minor, Currency::EUR).unwrap();
    AdjustmentLine { account: account.into(), side, amount, detail: None }
}

fn even() -> Vec<AdjustmentLine> {
    vec![line("5100", Side::Debit, 700), line("1300", Side::Credit, 700)]
}

fn adjust(text: &str, lines: Vec<AdjustmentLine>) -> AccountingPeriodCommand {
    let reason = "fees of the bank".to_owned();
    AccountingPeriodCommand::PostAdjustment(PostAdjustment { day: day(text), reason, lines })
}

fn adjusted(no: u32, text: &str) -> AccountingPeriodEvent {
    let (reason, lines) = ("fees of the bank".to_owned(), even());
    AccountingPeriodEvent::AdjustmentPosted(Adjustment { no, day: day(text), reason, lines })
}

fn code(command: AccountingPeriodCommand) -> &'static str {
    AccountingPeriod::default().decide(&issued(command)).unwrap_err().code()
}

#[test]
fn a_month_is_closed_once_it_is_over_and_the_next_one_after_it() {
    given::<AccountingPeriod>([])
        .when(issued(close("2026-01")))
        .then([closed("2026-01")])
        .when(issued(close("2026-02")))
        .then([closed("2026-02")])
        .when(issued(close("2026-03")))
        .then_refused(AccountingPeriodRefusal::NotOver { month: month("2026-03") });
    let last_day = issued_on(day("2026-03-31"), close("2026-03"));
    let refused = AccountingPeriodRefusal::NotOver { month: month("2026-03") };
    assert_eq!(AccountingPeriod::default().decide(&last_day), Err(refused));
    let first = issued_on(day("2026-04-01"), close("2026-03"));
    assert_eq!(AccountingPeriod::default().decide(&first), Ok(vec![closed("2026-03")]));
}

#[test]
fn months_are_closed_in_order_and_once() {
    let before = || given::<AccountingPeriod>([closed("2025-11")]);
    before()
        .when(issued(close("2026-01")))
        .then_refused(AccountingPeriodRefusal::EarlierOpen { next: month("2025-12") });
    for again in ["2025-11", "2024-02"] {
        before()
            .when(issued(close(again)))
            .then_refused(AccountingPeriodRefusal::AlreadyClosed { month: month(again) });
    }
}

#[test]
fn a_closed_month_is_reopened_by_another_person_than_who_asked() {
    let waiting = || given::<AccountingPeriod>([closed("2026-02"), asked("2026-02", ada())]);
    given::<AccountingPeriod>([closed("2026-02")])
        .when(issued(ask("2026-02")))
        .then([asked("2026-02", ada())]);
    waiting().when(issued(ask("2026-02"))).then_nothing();
    waiting().when(issued(reopen("2026-02"))).then_refused(AccountingPeriodRefusal::SamePerson);
    waiting()
        .when(by_bob(reopen("2026-02")))
        .then([reopened("2026-02", ada())])
        .when(issued(close("2026-02")))
        .then([closed("2026-02")]);
}

#[test]
fn only_the_last_closed_month_is_reopened_and_only_if_somebody_asked() {
    let before = || given::<AccountingPeriod>([closed("2026-01"), closed("2026-02")]);
    let not_asked = AccountingPeriodRefusal::NotAsked { month: month("2026-02") };
    before().when(issued(reopen("2026-02"))).then_refused(not_asked.clone());
    for command in [ask("2026-01"), reopen("2026-01")] {
        before()
            .when(issued(command))
            .then_refused(AccountingPeriodRefusal::LaterClosed { last: month("2026-02") });
    }
    before()
        .when(issued(ask("2026-03")))
        .then_refused(AccountingPeriodRefusal::NotClosed { month: month("2026-03") });
    // A closing after the question takes it back.
    given::<AccountingPeriod>([closed("2026-01"), asked("2026-01", ada()), closed("2026-02")])
        .when(by_bob(reopen("2026-02")))
        .then_refused(not_asked);
    given::<AccountingPeriod>([closed("2026-02"), asked("2026-02", ada())])
        .when(by_bob(ask("2026-02")))
        .then([asked("2026-02", bob())])
        .when(issued(reopen("2026-02")))
        .then([reopened("2026-02", bob())]);
}

#[test]
fn an_adjustment_is_posted_in_an_open_month_and_numbered() {
    given::<AccountingPeriod>([closed("2026-02")])
        .when(issued(adjust("2026-03-01", even())))
        .then([adjusted(1, "2026-03-01")])
        .when(issued(adjust("2026-03-15", even())))
        .then([adjusted(2, "2026-03-15")]);
    given::<AccountingPeriod>([closed("2026-02")])
        .when(issued(adjust("2026-02-28", even())))
        .then_refused(AccountingPeriodRefusal::ClosedDay {
            day: day("2026-02-28"),
            first_open: day("2026-03-01"),
        });
    assert_eq!(code(adjust("2026-03-16", even())), "accounting_period.day_to_come");
}

#[test]
fn an_adjustment_balances_in_each_currency() {
    let mut lines = even();
    lines.push(line("5900", Side::Debit, 1));
    let difference = Money::try_new(1, Currency::EUR).unwrap();
    given::<AccountingPeriod>([])
        .when(issued(adjust("2026-03-01", lines)))
        .then_refused(AccountingPeriodRefusal::Unbalanced { difference });
    let mut mixed = even();
    mixed[1].amount = Money::try_new(700, Currency::USD).unwrap();
    assert_eq!(code(adjust("2026-03-01", mixed)), "accounting_period.unbalanced");
}

#[test]
fn an_adjustment_names_accounts_that_documents_do_not_keep() {
    let one = vec![line("5100", Side::Debit, 700)];
    assert_eq!(code(adjust("2026-03-01", one)), "accounting_period.line_count");
    let cases = [
        ("9999", 700, "accounting_period.unknown_account"),
        ("1200", 700, "accounting_period.account_of_clients"),
        ("1300", 0, "accounting_period.amount_not_positive"),
        ("1300", -700, "accounting_period.amount_not_positive"),
    ];
    for (account, minor, expected) in cases {
        let lines = vec![line("5100", Side::Debit, 700), line(account, Side::Credit, minor)];
        let refused = AccountingPeriod::default().decide(&issued(adjust("2026-03-01", lines)));
        let refused = refused.unwrap_err();
        assert_eq!(refused.code(), expected);
        assert!(refused.field().unwrap().starts_with("/lines/1/"));
    }
    let nameless = PostAdjustment { day: TODAY, reason: " ".into(), lines: even() };
    assert_eq!(code(AccountingPeriodCommand::PostAdjustment(nameless)), "text.empty");
}

#[test]
fn an_adjustment_posts_its_own_entries_on_its_own_day() {
    let event = adjusted(1, "2026-03-01");
    assert_eq!(event.effective_on(), Some(day("2026-03-01")));
    let posting = postings(&event.into()).unwrap().unwrap();
    let shown: Vec<_> =
        posting.entries().iter().map(|e| (e.account.as_str(), e.signed().minor())).collect();
    assert_eq!(shown, [("5100", 700), ("1300", -700)]);
    assert_eq!(postings(&closed("2026-02").into()), Ok(None));
}

#[test]
fn a_fact_of_a_closed_month_is_posted_on_the_first_open_day() {
    let through = Some(month("2026-02"));
    assert_eq!(posting_day(day("2025-07-01"), through), day("2026-03-01"));
    assert_eq!(posting_day(day("2026-02-28"), through), day("2026-03-01"));
    assert_eq!(posting_day(day("2026-03-01"), through), day("2026-03-01"));
    assert_eq!(posting_day(day("2025-07-01"), None), day("2025-07-01"));
}

#[test]
fn what_an_event_closes_is_what_the_state_says() {
    let history = [
        closed("2026-01"),
        closed("2026-02"),
        asked("2026-02", ada()),
        reopened("2026-02", ada()),
        adjusted(1, "2026-03-01"),
    ];
    let mut last = None;
    for (at, event) in history.iter().enumerate() {
        last = event.closes_through().unwrap_or(last);
        let state = AccountingPeriod::fold(&history[..=at]);
        assert_eq!(state.closed_through(), last);
    }
    assert_eq!(last, Some(month("2026-01")));
}

#[test]
fn a_month_reads_and_writes_as_year_and_month() {
    let december = month("2025-12");
    assert_eq!((december.first_day(), december.last_day()), (day("2025-12-01"), day("2025-12-31")));
    assert_eq!(december.next(), Some(month("2026-01")));
    assert_eq!(month("2026-01").previous(), Some(december));
    assert_eq!(Month::of(day("2025-12-24")), Some(december));
    assert_eq!(month("9999-12").next(), None);
    assert_eq!(month("0001-01").previous(), None);
    assert_eq!(month("9999-12").last_day(), day("9999-12-31"));
    for wrong in ["2025-13", "2025-1", "25-01", "2025-12-01", "+2025-12", ""] {
        assert!(wrong.parse::<Month>().is_err(), "{wrong}");
    }
}

#[test]
fn refusals_say_what_to_do() {
    let (month, last) = (month("2026-02"), month("2026-03"));
    let (first_open, difference) = (day("2026-03-01"), Money::zero(Currency::EUR));
    refusals_are_well_spoken(
        "accounting_period",
        &[
            AccountingPeriodRefusal::NotOver { month },
            AccountingPeriodRefusal::AlreadyClosed { month },
            AccountingPeriodRefusal::EarlierOpen { next: month },
            AccountingPeriodRefusal::NotClosed { month },
            AccountingPeriodRefusal::LaterClosed { last },
            AccountingPeriodRefusal::NotAsked { month },
            AccountingPeriodRefusal::SamePerson,
            AccountingPeriodRefusal::ClosedDay { day: TODAY, first_open },
            AccountingPeriodRefusal::Unbalanced { difference },
        ],
    );
    let invalid = Invalid::one("day", "accounting_period.day_to_come", "is to come");
    assert_eq!(AccountingPeriodRefusal::from(invalid).field(), Some("/day"));
}
