//! Disputes: what the bank takes, what comes back, what is lost, and what it costs.

use super::refunding::{back, drawn, reversal};
use super::*;

fn dispute(claimed: i64) -> OpenDispute {
    OpenDispute {
        reference: Some("DP-1".into()),
        claimed: eur(claimed),
        voided: Vec::new(),
        reason: "not received".into(),
        opened_on: TODAY,
    }
}

fn ask(claimed: i64) -> Issued<PaymentCommand> {
    issued(PaymentCommand::OpenDispute(dispute(claimed)))
}

fn opened(no: u32, claimed: i64, drawn: Drawn) -> PaymentEvent {
    PaymentEvent::DisputeOpened {
        no,
        client_id: new().client_id,
        gateway: new().gateway,
        reference: Some("DP-1".into()),
        claimed: eur(claimed),
        amount: drawn.total().unwrap(),
        drawn,
        reason: "not received".into(),
        opened_on: TODAY,
    }
}

fn win(dispute_no: u32, minor: i64, back: GiveBack) -> Issued<PaymentCommand> {
    issued(PaymentCommand::WinDispute { dispute_no, amount: eur(minor), back, on: TODAY })
}

fn won(minor: i64, released: i64, allocations: Vec<Allocation>, to_credit: i64) -> PaymentEvent {
    let parts = allocations.iter().map(|part| part.amount.minor()).sum::<i64>();
    PaymentEvent::DisputeWon {
        no: 1,
        client_id: new().client_id,
        gateway: new().gateway,
        amount: eur(minor),
        released: eur(released),
        allocations,
        to_credit: eur(to_credit),
        unapplied: eur(minor - parts - to_credit),
        on: TODAY,
    }
}

fn lose(dispute_no: u32) -> Issued<PaymentCommand> {
    issued(PaymentCommand::LoseDispute { dispute_no, on: TODAY })
}

fn lost(minor: i64, released: i64) -> PaymentEvent {
    PaymentEvent::DisputeLost {
        no: 1,
        client_id: new().client_id,
        amount: eur(minor),
        released: eur(released),
        on: TODAY,
    }
}

/// 72.00 disputed: both allocations and 2.00 of the credit.
fn both() -> Drawn {
    drawn(vec![reversal(1, 2, 2, 3_000), reversal(2, 1, 1, 4_000)], 200, 0)
}

#[test]
fn a_chargeback_after_a_partial_refund_takes_what_is_left_and_no_more() {
    let refund = drawn(vec![reversal(1, 2, 2, 3_000)], 0, 0);
    let requested = PaymentEvent::RefundRequested {
        no: 1,
        client_id: new().client_id,
        amount: eur(3_000),
        drawn: refund,
        reason: "goodwill".into(),
    };
    let rest = drawn(vec![reversal(2, 1, 1, 4_000)], 2_000, 1_000);
    given::<Payment>([settled(), requested])
        .when(ask(10_000))
        .then([opened(1, 10_000, rest)])
        .when(issued(PaymentCommand::OpenDispute(OpenDispute {
            reference: Some("DP-2".into()),
            ..dispute(1)
        })))
        .then_refused(PaymentRefusal::NothingLeft);
}

#[test]
fn a_dispute_reported_twice_is_one_dispute() {
    given::<Payment>([settled()])
        .when(ask(7_200))
        .then([opened(1, 7_200, both())])
        .when(ask(7_200))
        .then_nothing();
    let nameless = || OpenDispute { reference: None, ..dispute(100) };
    given::<Payment>([settled()])
        .when(issued(PaymentCommand::OpenDispute(nameless())))
        .then_state(|payment| assert_eq!(payment.settled().unwrap().disputes.len(), 1))
        .when(issued(PaymentCommand::OpenDispute(nameless())))
        .then_state(|payment| assert_eq!(payment.settled().unwrap().disputes.len(), 2));
    assert_eq!(opened(1, 7_200, both()).effective_on(), Some(TODAY));
}

#[test]
fn what_is_won_comes_back_in_parts_and_the_rest_is_lost() {
    let again = Allocation { no: 3, invoice_id: invoice(2), amount: eur(3_000) };
    given::<Payment>([settled(), opened(1, 7_200, both())])
        .when(win(1, 3_100, back(vec![share(2, 3_000)], 60)))
        .then([won(3_100, 3_100, vec![again], 60)])
        .when(lose(1))
        .then([lost(4_100, 3_900)])
        .when(lose(1))
        .then([])
        .when(win(1, 1, back(vec![], 0)))
        .then_refused(PaymentRefusal::DisputeDecided { dispute_no: 1 });
}

#[test]
fn no_more_is_won_than_is_undecided_and_a_won_dispute_cannot_be_lost() {
    given::<Payment>([settled(), opened(1, 7_200, both())])
        .when(win(1, 7_201, back(vec![], 0)))
        .then_refused(PaymentRefusal::MoreThanDisputed {
            amount: eur(7_201),
            undecided: eur(7_200),
        });
    given::<Payment>([settled(), opened(1, 7_200, both())])
        .when(win(1, 7_200, back(vec![], 7_200)))
        .then([won(7_200, 7_000, vec![], 7_200)])
        .when(lose(1))
        .then_refused(PaymentRefusal::DisputeDecided { dispute_no: 1 });
    given::<Payment>([settled(), opened(1, 7_200, both())])
        .when(win(1, 0, back(vec![], 0)))
        .then_refused(PaymentRefusal::NotPositive);
}

#[test]
fn only_a_dispute_that_exists_ends_or_costs_something() {
    let fee = |dispute_no, minor| {
        let fee = Money::try_new(minor, Currency::USD).unwrap();
        issued(PaymentCommand::ChargeDisputeFee { dispute_no, fee, on: TODAY })
    };
    let none = PaymentRefusal::NoSuchDispute { dispute_no: 2 };
    for ask in [win(2, 1, back(vec![], 0)), lose(2), fee(2, 1_500)] {
        given::<Payment>([settled(), opened(1, 7_200, both())])
            .when(ask)
            .then_refused(none.clone());
    }
    let charged = PaymentEvent::DisputeFeeCharged {
        no: 1,
        gateway: new().gateway,
        fee: Money::try_new(1_500, Currency::USD).unwrap(),
        on: TODAY,
    };
    given::<Payment>([settled(), opened(1, 7_200, both())]).when(fee(1, 1_500)).then([charged]);
    given::<Payment>([settled(), opened(1, 7_200, both())])
        .when(fee(1, 0))
        .then_refused(PaymentRefusal::NotPositive);
}

#[test]
fn a_dispute_is_of_some_amount_in_the_payments_currency_and_not_of_tomorrow() {
    given::<Payment>([settled()]).when(ask(0)).then_refused(PaymentRefusal::NotPositive);
    let (left, right) = (Currency::USD, Currency::EUR);
    let claimed = Money::try_new(1, Currency::USD).unwrap();
    given::<Payment>([settled()])
        .when(issued(PaymentCommand::OpenDispute(OpenDispute { claimed, ..dispute(1) })))
        .then_refused(MoneyRefusal::MixedCurrencies { left, right });
    let date = TODAY.succ_opt().unwrap();
    let tomorrow = OpenDispute { opened_on: date, ..dispute(1) };
    given::<Payment>([settled()])
        .when(issued(PaymentCommand::OpenDispute(tomorrow)))
        .then_refused(PaymentRefusal::InFuture { field: "/opened_on", date, today: TODAY });
}
