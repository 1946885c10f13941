//! Attempts that are not decided: facts about the payment that pay nothing.

use super::*;

fn attempt(stage: AttemptStage) -> AttemptPayment {
    let SettlePayment { client_id, amount, gateway, reference, .. } = new();
    let invoice_id = Some(invoice(1));
    AttemptPayment { client_id, amount, gateway, reference, stage, invoice_id, on: TODAY }
}

fn ask(stage: AttemptStage) -> Issued<PaymentCommand> {
    issued(PaymentCommand::Attempt(attempt(stage)))
}

fn attempted(stage: AttemptStage) -> PaymentEvent {
    let AttemptPayment { client_id, amount, gateway, reference, stage, invoice_id, on } =
        attempt(stage);
    PaymentEvent::Attempted { client_id, amount, gateway, reference, stage, invoice_id, on }
}

#[test]
fn an_attempt_comes_further_until_it_is_decided() {
    use AttemptStage::{ActionRequired, Pending, Unknown};
    given::<Payment>([])
        .when(ask(Pending))
        .then([attempted(Pending)])
        .when(ask(ActionRequired))
        .then([attempted(ActionRequired)])
        .when(ask(Unknown))
        .then([attempted(Unknown)])
        .when(ask(Unknown))
        .then([])
        .when(settle(new()))
        .then([settled()]);
    assert_eq!(attempted(Pending).effective_on(), Some(TODAY));
    assert_eq!(attempted(Pending).claims(), settled().claims());
}

#[test]
fn an_undecided_attempt_pays_nothing() {
    for ask in [
        allocate(1, 1, Source::Unapplied),
        issued(PaymentCommand::LoseDispute { dispute_no: 1, on: TODAY }),
    ] {
        given::<Payment>([attempted(AttemptStage::Pending)])
            .when(ask)
            .then_refused(PaymentRefusal::NotSettled);
    }
}

#[test]
fn news_that_comes_after_the_decision_changes_nothing() {
    given::<Payment>([settled()]).when(ask(AttemptStage::Pending)).then_nothing();
    let DeclinePayment { client_id, amount, gateway, .. } = failed();
    let late = AttemptPayment { client_id, amount, gateway, ..attempt(AttemptStage::Unknown) };
    given::<Payment>([declined()]).when(issued(PaymentCommand::Attempt(late))).then_nothing();
    let other = AttemptPayment { amount: eur(1), ..attempt(AttemptStage::Pending) };
    for history in [settled(), declined(), attempted(AttemptStage::Pending)] {
        given::<Payment>([history])
            .when(issued(PaymentCommand::Attempt(other.clone())))
            .then_refused(PaymentRefusal::AlreadyRecorded);
    }
}

#[test]
fn an_attempt_ends_as_itself() {
    let tried = || [attempted(AttemptStage::ActionRequired)];
    let decline = DeclinePayment { gateway: new().gateway, ..failed() };
    given::<Payment>(tried())
        .when(issued(PaymentCommand::Decline(decline.clone())))
        .then_state(|payment| assert!(matches!(payment, Payment::Declined(_))));
    for wrong in [
        DeclinePayment { gateway: "other".into(), ..decline.clone() },
        DeclinePayment { client_id: ClientId::new(Uuid::from_u128(4)), ..decline.clone() },
        DeclinePayment { amount: Money::try_new(500, Currency::USD).unwrap(), ..decline },
    ] {
        given::<Payment>(tried())
            .when(issued(PaymentCommand::Decline(wrong)))
            .then_refused(PaymentRefusal::AlreadyRecorded);
    }
    given::<Payment>(tried())
        .when(settle(SettlePayment { gateway: "other".into(), ..new() }))
        .then_refused(PaymentRefusal::AlreadyRecorded);
    given::<Payment>(tried())
        .when(settle(SettlePayment { amount: eur(9_500), ..new() }))
        .then_state(|payment| assert_eq!(payment.settled().unwrap().unapplied, eur(500)));
}

#[test]
fn an_attempt_is_of_some_amount_and_not_of_tomorrow() {
    let nothing = AttemptPayment { amount: eur(0), ..attempt(AttemptStage::Pending) };
    given::<Payment>([])
        .when(issued(PaymentCommand::Attempt(nothing)))
        .then_refused(PaymentRefusal::NotPositive);
    let date = TODAY.succ_opt().unwrap();
    let tomorrow = AttemptPayment { on: date, ..attempt(AttemptStage::Pending) };
    given::<Payment>([])
        .when(issued(PaymentCommand::Attempt(tomorrow)))
        .then_refused(PaymentRefusal::InFuture { field: "/on", date, today: TODAY });
}
