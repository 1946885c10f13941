//! The specification of a dunning case.

use chrono::NaiveDate;
use cqrs_es::test::TestFramework;
use proptest::prelude::{Just, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use uuid::Uuid;

use super::*;
use crate::dunning::tests::{after, any_facts, any_strategy, eur, facts};
use crate::dunning::{
    Attempt, AttemptOutcome, BuiltIn, InvoiceEnd, InvoiceFacts, LateFee, StageAction, Strategy,
    StrategyTerms,
};
use crate::kernel::testing::{given, issued_on, replay_law};
use crate::kernel::{Aggregate, ClientId, InvoiceId, Issued, Zone};

fn invoice(bits: u128) -> InvoiceId {
    InvoiceId::new(Uuid::from_u128(bits))
}

fn new() -> OpenCase {
    OpenCase {
        invoice_id: invoice(1),
        client_id: ClientId::new(Uuid::from_u128(3)),
        due_date: after(0),
        strategy_version: None,
        strategy: BuiltIn::Default.strategy(),
    }
}

fn opened_with(strategy: Strategy) -> DunningCaseEvent {
    let OpenCase { invoice_id, client_id, strategy_version, .. } = new();
    DunningCaseEvent::Opened {
        invoice_id,
        client_id,
        due_date: Some(after(0)),
        strategy_version,
        strategy,
        on: after(1),
    }
}

fn opened() -> DunningCaseEvent {
    opened_with(new().strategy)
}

fn step(stage: u32, name: &str, action: StageAction, days: u64) -> DunningCaseEvent {
    DunningCaseEvent::StepTaken {
        stage,
        name: name.into(),
        action,
        late_fee: None,
        on: after(days),
    }
}

fn suspended() -> [DunningCaseEvent; 3] {
    let warned = step(4, "last_warning", StageAction::Warn, 14);
    [opened(), warned, step(5, "suspension", StageAction::Suspend, 17)]
}

fn advance(days: u64, facts: InvoiceFacts) -> Issued<DunningCaseCommand> {
    let zone = Zone::UTC;
    issued_on(after(days), DunningCaseCommand::Advance { facts: Box::new(facts), zone })
}

fn stopped(reason: StopReason, lifts: bool, days: u64) -> DunningCaseEvent {
    DunningCaseEvent::Stopped { reason, lifts, on: after(days) }
}

fn ended(end: InvoiceEnd) -> InvoiceFacts {
    InvoiceFacts { ended: Some(end), ..facts() }
}

fn promise(pay_by: NaiveDate, days: u64) -> Issued<DunningCaseCommand> {
    issued_on(after(days), DunningCaseCommand::Promise { pay_by })
}

fn made(pay_by: u64, days: u64) -> DunningCaseEvent {
    DunningCaseEvent::PromiseMade { pay_by: after(pay_by), on: after(days) }
}

fn stop(days: u64) -> Issued<DunningCaseCommand> {
    issued_on(after(days), DunningCaseCommand::Stop { reason: "paid in the shop".into() })
}

fn by_hand() -> StopReason {
    StopReason::ByHand { reason: "paid in the shop".into() }
}

#[test]
fn an_invoice_has_one_case_whoever_notices_it() {
    let open = |new| issued_on(after(1), DunningCaseCommand::Open(new));
    given::<DunningCase>([]).when(open(new())).then([opened()]).when(open(new())).then_nothing();
    given::<DunningCase>([opened()])
        .when(open(OpenCase { invoice_id: invoice(2), ..new() }))
        .then_refused(CaseRefusal::OtherInvoice { invoice_id: invoice(1) });
    let revised = OpenCase { strategy: BuiltIn::Aggressive.strategy(), ..new() };
    given::<DunningCase>([opened()]).when(open(revised)).then_nothing();
    assert_eq!(DunningCase::id_of(invoice(1)), DunningCase::id_of(invoice(1)));
    assert_ne!(DunningCase::id_of(invoice(1)), DunningCase::id_of(invoice(2)));
}

#[test]
fn steps_are_taken_once_each_and_the_last_ends_the_case() {
    given::<DunningCase>([opened()])
        .when(advance(1, facts()))
        .then([step(1, "reminder_1", StageAction::Remind, 1)])
        .when(advance(1, facts()))
        .then_nothing();
    given::<DunningCase>(suspended())
        .when(advance(30, facts()))
        .then([
            step(6, "cancellation", StageAction::Terminate, 30),
            stopped(StopReason::Terminated, false, 30),
        ])
        .when(advance(31, facts()))
        .then_nothing();
}

#[test]
fn payment_stops_dunning_at_once_and_lifts_a_suspension() {
    given::<DunningCase>(suspended()).when(advance(17, ended(InvoiceEnd::Paid))).then([stopped(
        StopReason::Paid,
        true,
        17,
    )]);
    given::<DunningCase>(suspended())
        .when(advance(30, InvoiceFacts { balance: eur(0), ..facts() }))
        .then([stopped(StopReason::Paid, true, 30)]);
    given::<DunningCase>([opened()]).when(advance(2, ended(InvoiceEnd::Voided))).then([stopped(
        StopReason::Voided,
        false,
        2,
    )]);
    given::<DunningCase>(suspended())
        .when(advance(20, ended(InvoiceEnd::WrittenOff)))
        .then([stopped(StopReason::WrittenOff, false, 20)]);
}

#[test]
fn a_dispute_pauses_the_case_until_it_is_decided() {
    let disputed = || InvoiceFacts { disputed: true, ..facts() };
    let paused = DunningCaseEvent::Paused { reason: PauseReason::Disputed, on: after(29) };
    let rest = given::<DunningCase>(suspended()).when(advance(29, disputed())).then([paused]);
    let after_it = rest.when(advance(60, facts())).then([
        DunningCaseEvent::Resumed { on: after(60) },
        step(6, "cancellation", StageAction::Terminate, 60),
        stopped(StopReason::Terminated, false, 60),
    ]);
    after_it.when(advance(61, disputed())).then_nothing();
    given::<DunningCase>([opened()])
        .when(advance(1, disputed()))
        .then([DunningCaseEvent::Paused { reason: PauseReason::Disputed, on: after(1) }])
        .when(advance(9, disputed()))
        .then_nothing();
}

#[test]
fn the_service_never_ends_while_a_payment_is_under_way() {
    for outcome in [AttemptOutcome::Pending, AttemptOutcome::Unknown] {
        let attempts = vec![Attempt { on: after(29), outcome }];
        given::<DunningCase>(suspended())
            .when(advance(60, InvoiceFacts { attempts, ..facts() }))
            .then_nothing();
    }
}

#[test]
fn a_promise_holds_until_its_day_and_is_broken_the_day_after() {
    given::<DunningCase>([opened()])
        .when(promise(after(9), 2))
        .then([made(9, 2)])
        .when(promise(after(9), 3))
        .then_nothing();
    given::<DunningCase>([opened(), made(9, 2)]).when(advance(9, facts())).then_nothing();
    given::<DunningCase>([opened(), made(9, 2)])
        .when(advance(10, facts()))
        .then([
            DunningCaseEvent::PromiseBroken { pay_by: after(9), on: after(10) },
            step(3, "reminder_3", StageAction::Remind, 10),
        ])
        .when(advance(11, facts()))
        .then_nothing();
    given::<DunningCase>([opened(), made(9, 2)])
        .when(advance(10, ended(InvoiceEnd::Paid)))
        .then([stopped(StopReason::Paid, false, 10)]);
}

#[test]
fn promises_are_bounded_in_time_and_number() {
    let wrong_day = || CaseRefusal::PromiseDay { earliest: after(2), latest: after(16) };
    for day in [after(1), after(17)] {
        given::<DunningCase>([opened()]).when(promise(day, 2)).then_refused(wrong_day());
    }
    for day in [2, 16] {
        given::<DunningCase>([opened()]).when(promise(after(day), 2)).then([made(day, 2)]);
    }
    given::<DunningCase>([opened(), made(2, 2), made(4, 3)])
        .when(promise(after(5), 5))
        .then_refused(CaseRefusal::TooManyPromises { most: 2 });
}

#[test]
fn a_declined_payment_is_tried_again_or_another_way_to_pay_is_asked_for() {
    let with =
        |outcome| InvoiceFacts { attempts: vec![Attempt { on: after(0), outcome }], ..facts() };
    let at = "2026-03-02T09:00:00Z".parse().unwrap();
    given::<DunningCase>([opened()])
        .when(advance(1, with(AttemptOutcome::SoftDeclined)))
        .then([
            DunningCaseEvent::RetryRequested { at, on: after(1) },
            step(1, "reminder_1", StageAction::Remind, 1),
        ])
        .when(advance(1, with(AttemptOutcome::SoftDeclined)))
        .then_nothing();
    given::<DunningCase>([opened()])
        .when(advance(2, with(AttemptOutcome::HardDeclined)))
        .then([
            DunningCaseEvent::MethodRequested { on: after(2) },
            step(1, "reminder_1", StageAction::Remind, 2),
        ])
        .when(advance(2, with(AttemptOutcome::HardDeclined)))
        .then_nothing();
}

#[test]
fn a_stage_that_charges_a_late_fee_says_how_much() {
    let mut terms: StrategyTerms = BuiltIn::Default.strategy().into();
    terms.stages[0].late_fee = true;
    let percent = "5".parse().unwrap();
    terms.late_fee = Some(LateFee::Percent { percent, cap: Default::default() });
    let strategy = Strategy::try_new(terms).unwrap();
    given::<DunningCase>([opened_with(strategy)]).when(advance(1, facts())).then([
        DunningCaseEvent::StepTaken {
            stage: 1,
            name: "reminder_1".into(),
            action: StageAction::Remind,
            late_fee: Some(eur(500)),
            on: after(1),
        },
    ]);
}

#[test]
fn an_invoice_owed_again_opens_its_case_anew() {
    let open = || issued_on(after(1), DunningCaseCommand::Open(new()));
    let over = |reason| given::<DunningCase>([opened(), stopped(reason, false, 5)]);
    over(StopReason::Paid).when(open()).then([opened()]).when(advance(14, facts())).then([step(
        4,
        "last_warning",
        StageAction::Warn,
        14,
    )]);
    over(StopReason::Terminated).when(open()).then_refused(CaseRefusal::ServiceEnded);
    over(by_hand()).when(open()).then_refused(CaseRefusal::StoppedByHand);
    let other = OpenCase { invoice_id: invoice(2), ..new() };
    over(StopReason::Paid)
        .when(issued_on(after(1), DunningCaseCommand::Open(other)))
        .then_refused(CaseRefusal::OtherInvoice { invoice_id: invoice(1) });
}

#[test]
fn a_case_is_stopped_by_hand_with_a_reason() {
    given::<DunningCase>(suspended())
        .when(stop(18))
        .then([stopped(by_hand(), true, 18)])
        .when(stop(19))
        .then_nothing();
    let empty = DunningCaseCommand::Stop { reason: " ".into() };
    let refused = crate::kernel::text::check_line("reason", " ", 500).unwrap_err();
    given::<DunningCase>([opened()]).when(issued_on(after(2), empty)).then_refused(refused);
    given::<DunningCase>([opened(), stopped(by_hand(), false, 2)])
        .when(promise(after(9), 3))
        .then_refused(CaseRefusal::Over);
}

#[test]
fn nothing_is_asked_of_a_case_that_was_never_opened() {
    for ask in [advance(1, facts()), promise(after(3), 1), stop(1)] {
        given::<DunningCase>([]).when(ask).then_refused(CaseRefusal::Absent);
    }
}

/// True once in ten times.
fn rarely() -> impl proptest::strategy::Strategy<Value = bool> {
    prop_oneof![9 => Just(false), 1 => Just(true)]
}

proptest! {
    #[test]
    fn asking_twice_changes_nothing_and_nothing_follows_the_end(
        strategy in any_strategy(),
        row in prop::collection::vec((0_u64..4, any_facts(), rarely()), 1..30),
    ) {
        let mut history = vec![opened_with(strategy)];
        let mut case = DunningCase::fold(&history);
        let mut at = 1;
        for (later, facts, promises) in row {
            at += later;
            let asks = [
                promises.then(|| promise(after(at + 3), at)),
                Some(advance(at, facts)),
            ];
            for ask in asks.into_iter().flatten() {
                // A promise too many or after the end is refused and changes nothing.
                let events = case.decide(&ask).unwrap_or_default();
                let is_over = matches!(case, DunningCase::Stopped { .. });
                prop_assert!(events.is_empty() || !is_over);
                events.iter().for_each(|event| case.apply(event));
                prop_assert_eq!(case.decide(&ask).unwrap_or_default(), []);
                history.extend(events);
            }
        }
        replay_law::<DunningCase>(&history);
    }
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<DunningCase>::with(())
        .given(vec![opened()])
        .when(promise(after(9), 2))
        .then_expect_events(vec![made(9, 2)]);
}

#[test]
fn refusals_are_well_spoken() {
    crate::kernel::testing::refusals_are_well_spoken(
        "dunning_case",
        &[
            CaseRefusal::Absent,
            CaseRefusal::OtherInvoice { invoice_id: invoice(1) },
            CaseRefusal::ServiceEnded,
            CaseRefusal::StoppedByHand,
            CaseRefusal::Over,
            CaseRefusal::PromiseDay { earliest: after(1), latest: after(2) },
            CaseRefusal::TooManyPromises { most: 2 },
        ],
    );
}

#[test]
fn held_by_hand_nothing_happens_until_it_is_released_or_paid() {
    let ask = |command, days| issued_on(after(days), command);
    let held = DunningCaseEvent::Paused { reason: PauseReason::Held, on: after(2) };
    given::<DunningCase>([opened()])
        .when(ask(DunningCaseCommand::Hold, 2))
        .then([held.clone()])
        .when(ask(DunningCaseCommand::Hold, 3))
        .then([])
        .when(advance(40, facts()))
        .then([])
        .when(ask(DunningCaseCommand::Release, 40))
        .then([DunningCaseEvent::Resumed { on: after(40) }])
        .when(ask(DunningCaseCommand::Release, 40))
        .then_nothing();
    given::<DunningCase>([opened(), held])
        .when(advance(40, ended(InvoiceEnd::Paid)))
        .then([stopped(StopReason::Paid, false, 40)])
        .when(ask(DunningCaseCommand::Hold, 40))
        .then_refused(CaseRefusal::Over);
}

#[test]
fn a_released_promise_holds_nothing_up_and_is_not_broken() {
    given::<DunningCase>([opened(), made(10, 1)])
        .when(advance(3, facts()))
        .then([])
        .when(issued_on(after(3), DunningCaseCommand::Release))
        .then([DunningCaseEvent::PromiseReleased { pay_by: after(10), on: after(3) }])
        .when(advance(3, facts()))
        .then([step(2, "reminder_2", StageAction::Remind, 3)]);
}

#[test]
fn the_day_of_the_next_stage_follows_the_days_and_what_holds_it_up() {
    let day = |events: Vec<DunningCaseEvent>| {
        let mut case = DunningCase::default();
        events.iter().for_each(|event| case.apply(event));
        case.opened().and_then(OpenedCase::next_stage_on)
    };
    assert_eq!(day(vec![opened()]), Some(after(1)));
    let reminded = step(1, "reminder_1", StageAction::Remind, 2);
    assert_eq!(day(vec![opened(), reminded]), Some(after(3)));
    let warned = step(4, "last_warning", StageAction::Warn, 20);
    assert_eq!(day(vec![opened(), warned.clone()]), Some(after(23)), "the days of grace");
    assert_eq!(day(vec![opened(), warned.clone(), made(30, 21)]), Some(after(31)));
    let held = DunningCaseEvent::Paused { reason: PauseReason::Held, on: after(21) };
    assert_eq!(day(vec![opened(), warned, held]), None);
}
