//! The specification of a billing run.

use chrono::{Days, NaiveDate};
use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::*;
use crate::kernel::testing::{given, issued, refusals_are_well_spoken};
use crate::kernel::{Aggregate, ClientId, Currency, Money, Refusal};

fn client(bits: u128) -> ClientId {
    ClientId::new(Uuid::from_u128(bits))
}

fn today() -> NaiveDate {
    issued(()).effective_on
}

fn start() -> StartRun {
    let largest = vec![Money::parse_major("100.00", Currency::EUR).unwrap()];
    StartRun { through: today(), largest, most_quarantined: 10 }
}

fn started() -> BillingRunEvent {
    let StartRun { through, largest, most_quarantined } = start();
    BillingRunEvent::Started { through, largest, most_quarantined }
}

fn aside(bits: u128) -> SetAside {
    SetAside {
        client_id: client(bits),
        currency: Currency::EUR,
        code: "client.erased".into(),
        detail: "the client was erased".into(),
    }
}

fn quarantined(bits: u128) -> BillingRunEvent {
    let SetAside { client_id, currency, code, detail } = aside(bits);
    BillingRunEvent::AccountQuarantined { client_id, currency, code, detail }
}

fn tally(issued: u64, skipped: u64, quarantined: u64) -> Tally {
    Tally { planned: issued + skipped + quarantined, issued, skipped, quarantined }
}

fn end(tally: Tally, aside: Vec<SetAside>, halted: Option<HaltReason>) -> BillingRunCommand {
    BillingRunCommand::End(EndRun { tally, quarantined: aside, halted })
}

#[test]
fn a_run_is_started_once_and_finishes_once() {
    let finished = BillingRunEvent::Finished { tally: tally(3, 1, 1) };
    given::<BillingRun>([])
        .when(issued(BillingRunCommand::Start(start())))
        .then([started()])
        .when(issued(end(tally(3, 1, 1), vec![aside(1)], None)))
        .then([quarantined(1), finished.clone()])
        .when(issued(BillingRunCommand::Resume))
        .then_refused(BillingRunRefusal::Ended);
    given::<BillingRun>([started()])
        .when(issued(BillingRunCommand::Start(start())))
        .then_refused(BillingRunRefusal::AlreadyStarted);
    given::<BillingRun>([])
        .when(issued(BillingRunCommand::Resume))
        .then_refused(BillingRunRefusal::Absent);
}

#[test]
fn what_a_run_says_of_itself_adds_up() {
    let wrong = [
        end(Tally { planned: 4, ..tally(3, 0, 0) }, vec![], None),
        end(tally(3, 0, 1), vec![], None),
        end(tally(3, 0, 0), vec![aside(1)], None),
        end(Tally { issued: u64::MAX, skipped: 1, ..Tally::default() }, vec![], None),
    ];
    for command in wrong {
        given::<BillingRun>([started()])
            .when(issued(command))
            .then_refused(BillingRunRefusal::DoesNotAddUp);
    }
}

#[test]
fn a_halted_run_goes_on_and_sets_no_account_aside_twice() {
    let reason = HaltReason::TooManyQuarantined;
    let halted = BillingRunEvent::Halted { reason, tally: tally(0, 0, 1) };
    given::<BillingRun>([started()])
        .when(issued(end(tally(0, 0, 1), vec![aside(1)], Some(reason))))
        .then([quarantined(1), halted.clone()]);
    given::<BillingRun>([started(), quarantined(1), halted])
        .when(issued(BillingRunCommand::Resume))
        .then([BillingRunEvent::Resumed {}])
        .when(issued(end(tally(5, 0, 2), vec![aside(1), aside(2)], None)))
        .then([quarantined(2), BillingRunEvent::Finished { tally: tally(5, 0, 2) }]);
}

#[test]
fn a_run_that_a_dead_process_left_is_taken_up_without_a_word() {
    given::<BillingRun>([started()]).when(issued(BillingRunCommand::Resume)).then_nothing();
}

#[test]
fn every_wrong_bound_is_named_at_once() {
    let refused = BillingRun::Absent
        .decide(&issued(BillingRunCommand::Start(StartRun {
            through: today().checked_add_days(Days::new(32)).unwrap(),
            largest: vec![Money::zero(Currency::EUR)],
            most_quarantined: 10_001,
        })))
        .unwrap_err();
    let fields: Vec<_> = refused.problems().into_iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["/through", "/most_quarantined", "/largest"]);
    let [one] = <[Money; 1]>::try_from(start().largest).unwrap();
    let twice = StartRun { largest: vec![one, one], ..start() };
    let refused = BillingRun::Absent.decide(&issued(BillingRunCommand::Start(twice))).unwrap_err();
    assert_eq!(refused.code(), "billing_run.bound_twice");
    let last = StartRun { through: today().checked_add_days(Days::new(31)).unwrap(), ..start() };
    assert!(BillingRun::Absent.decide(&issued(BillingRunCommand::Start(last))).is_ok());
}

#[test]
fn a_reason_is_cut_to_what_is_kept() {
    let long = SetAside { detail: "x".repeat(600), ..aside(1) };
    let command = end(tally(0, 0, 1), vec![long], None);
    let mut run = BillingRun::default();
    run.apply(&started());
    let events = run.decide(&issued(command)).unwrap();
    let [BillingRunEvent::AccountQuarantined { detail, .. }, _] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(detail.len(), 500);
    events.iter().for_each(|event| run.apply(event));
    assert!(run.weight() > BillingRun::default().weight());
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<BillingRun>::with(())
        .given(vec![started()])
        .when(issued(end(tally(1, 0, 0), vec![], Some(HaltReason::Stopped))))
        .then_expect_events(vec![BillingRunEvent::Halted {
            reason: HaltReason::Stopped,
            tally: tally(1, 0, 0),
        }]);
}

#[test]
fn refusals_are_well_spoken_to_whoever_asks() {
    refusals_are_well_spoken(
        "billing_run",
        &[
            BillingRunRefusal::Absent,
            BillingRunRefusal::AlreadyStarted,
            BillingRunRefusal::Ended,
            BillingRunRefusal::DoesNotAddUp,
        ],
    );
}
