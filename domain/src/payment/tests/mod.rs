//! The specification of a payment: how it arrives and pays, how it goes back, and what always
//! holds.

mod attempting;
mod disputing;
mod properties;
mod refunding;
mod spreading;

use chrono::NaiveDate;
use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::*;
use crate::kernel::testing::{TODAY, given, issued};
use crate::kernel::{
    Aggregate, Claim, ClientId, Currency, EventBody, InvoiceId, Issued, Money, MoneyRefusal,
};

fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

fn invoice(bits: u128) -> InvoiceId {
    InvoiceId::new(Uuid::from_u128(bits))
}

fn share(bits: u128, minor: i64) -> Share {
    Share { invoice_id: invoice(bits), amount: eur(minor) }
}

fn new() -> SettlePayment {
    SettlePayment {
        client_id: ClientId::new(Uuid::from_u128(3)),
        amount: eur(10_000),
        gateway: "manual_bank".into(),
        reference: Some("TX-1".into()),
        received_on: TODAY,
        allocations: vec![share(1, 4_000), share(2, 3_000)],
        to_credit: eur(2_000),
        origin: None,
    }
}

fn settled() -> PaymentEvent {
    let SettlePayment { client_id, amount, gateway, reference, received_on, .. } = new();
    PaymentEvent::Settled {
        client_id,
        amount,
        gateway,
        reference,
        received_on,
        allocations: vec![
            Allocation { no: 1, invoice_id: invoice(1), amount: eur(4_000) },
            Allocation { no: 2, invoice_id: invoice(2), amount: eur(3_000) },
        ],
        to_credit: eur(2_000),
        unapplied: eur(1_000),
        origin: None,
    }
}

fn settle(new: SettlePayment) -> Issued<PaymentCommand> {
    issued(PaymentCommand::Settle(new))
}

fn failed() -> DeclinePayment {
    DeclinePayment {
        client_id: new().client_id,
        amount: eur(500),
        gateway: "sandbox".into(),
        reason: "insufficient funds".into(),
        decline: Decline::Soft,
        invoice_id: None,
        on: TODAY,
    }
}

fn declined() -> PaymentEvent {
    let DeclinePayment { client_id, amount, gateway, reason, decline, invoice_id, on } = failed();
    PaymentEvent::Declined { client_id, amount, gateway, reason, decline, invoice_id, on }
}

fn allocate(bits: u128, minor: i64, from: Source) -> Issued<PaymentCommand> {
    let (invoice_id, amount) = (invoice(bits), eur(minor));
    issued(PaymentCommand::Allocate { invoice_id, amount, from })
}

fn allocated(no: u32, bits: u128, minor: i64, from: Source, left: i64) -> PaymentEvent {
    let (client_id, invoice_id) = (new().client_id, invoice(bits));
    PaymentEvent::Allocated { no, client_id, invoice_id, amount: eur(minor), from, left: eur(left) }
}

#[test]
fn what_arrived_is_allocated_credited_or_unapplied_to_the_cent() {
    given::<Payment>([]).when(settle(new())).then([settled()]);
}

#[test]
fn no_more_is_given_than_arrived() {
    given::<Payment>([])
        .when(settle(SettlePayment { to_credit: eur(3_001), ..new() }))
        .then_refused(PaymentRefusal::MoreThanArrived { given: eur(10_001), amount: eur(10_000) });
}

#[test]
fn the_same_money_reported_twice_is_one_payment() {
    given::<Payment>([settled()]).when(settle(new())).then_nothing();
    given::<Payment>([settled()])
        .when(settle(SettlePayment { reference: Some("TX-2".into()), ..new() }))
        .then_refused(PaymentRefusal::AlreadyRecorded);
    given::<Payment>([settled()])
        .when(settle(SettlePayment { amount: eur(10_001), ..new() }))
        .then_refused(PaymentRefusal::AlreadyRecorded);
    let key = "manual_bank/TX-1".to_owned();
    assert_eq!(settled().claims(), [Claim::Take { scope: PaymentEvent::REFERENCE_SCOPE, key }]);
}

#[test]
fn amounts_are_positive_and_in_one_currency() {
    given::<Payment>([])
        .when(settle(SettlePayment { amount: eur(0), ..new() }))
        .then_refused(PaymentRefusal::NotPositive);
    given::<Payment>([])
        .when(settle(SettlePayment { allocations: vec![share(1, -1)], ..new() }))
        .then_refused(PaymentRefusal::NotPositive);
    given::<Payment>([])
        .when(settle(SettlePayment { to_credit: eur(-1), ..new() }))
        .then_refused(PaymentRefusal::NegativeCredit);
    let (left, right) = (Currency::EUR, Currency::USD);
    given::<Payment>([])
        .when(settle(SettlePayment { to_credit: Money::zero(Currency::USD), ..new() }))
        .then_refused(MoneyRefusal::MixedCurrencies { left, right });
}

#[test]
fn an_invoice_is_named_once_and_no_money_comes_from_the_future() {
    given::<Payment>([])
        .when(settle(SettlePayment { allocations: vec![share(1, 1), share(1, 2)], ..new() }))
        .then_refused(PaymentRefusal::InvoiceTwice { invoice_id: invoice(1) });
    let date = TODAY.succ_opt().unwrap();
    given::<Payment>([])
        .when(settle(SettlePayment { received_on: date, ..new() }))
        .then_refused(PaymentRefusal::InFuture { field: "/received_on", date, today: TODAY });
    let yesterday: NaiveDate = TODAY.pred_opt().unwrap();
    given::<Payment>([])
        .when(settle(SettlePayment { received_on: yesterday, ..new() }))
        .then_state(|payment| assert!(payment.settled().is_some()));
}

#[test]
fn what_is_left_is_allocated_later_with_numbers_that_run_on() {
    given::<Payment>([settled()])
        .when(allocate(3, 400, Source::Unapplied))
        .then([allocated(3, 3, 400, Source::Unapplied, 600)])
        .when(allocate(1, 2_000, Source::Credit))
        .then([allocated(4, 1, 2_000, Source::Credit, 0)])
        .when(allocate(1, 601, Source::Unapplied))
        .then_refused(PaymentRefusal::MoreThanLeft { amount: eur(601), left: eur(600) });
    given::<Payment>([settled()])
        .when(allocate(1, 0, Source::Credit))
        .then_refused(PaymentRefusal::NotPositive);
    given::<Payment>([]).when(allocate(1, 1, Source::Credit)).then_refused(PaymentRefusal::Absent);
}

#[test]
fn another_try_is_another_payment() {
    given::<Payment>([])
        .when(issued(PaymentCommand::Decline(failed())))
        .then([declined()])
        .when(issued(PaymentCommand::Decline(failed())))
        .then_nothing();
    given::<Payment>([declined()]).when(settle(new())).then_refused(PaymentRefusal::Declined);
    given::<Payment>([declined()])
        .when(allocate(1, 1, Source::Unapplied))
        .then_refused(PaymentRefusal::Declined);
    given::<Payment>([settled()])
        .when(issued(PaymentCommand::Decline(failed())))
        .then_refused(PaymentRefusal::AlreadyRecorded);
    let other = DeclinePayment { amount: eur(501), ..failed() };
    given::<Payment>([declined()])
        .when(issued(PaymentCommand::Decline(other)))
        .then_refused(PaymentRefusal::AlreadyRecorded);
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<Payment>::with(())
        .given_no_previous_events()
        .when(settle(new()))
        .then_expect_events(vec![settled()]);
}

#[test]
fn refusals_are_well_spoken() {
    crate::kernel::testing::refusals_are_well_spoken(
        "payment",
        &[
            PaymentRefusal::Absent,
            PaymentRefusal::AlreadyRecorded,
            PaymentRefusal::Declined,
            PaymentRefusal::NotSettled,
            PaymentRefusal::MoreThanRefundable { amount: eur(2), left: eur(1) },
            PaymentRefusal::NothingLeft,
            PaymentRefusal::MoreThanDisputed { amount: eur(2), undecided: eur(1) },
            PaymentRefusal::NoSuchAllocation { allocation_no: 1 },
            PaymentRefusal::NoSuchRefund { refund_no: 1 },
            PaymentRefusal::NoSuchDispute { dispute_no: 1 },
            PaymentRefusal::RefundEnded { refund_no: 1 },
            PaymentRefusal::DisputeDecided { dispute_no: 1 },
            PaymentRefusal::NotPositive,
            PaymentRefusal::NegativeCredit,
            PaymentRefusal::MoreThanArrived { given: eur(2), amount: eur(1) },
            PaymentRefusal::MoreThanLeft { amount: eur(2), left: eur(1) },
            PaymentRefusal::InvoiceTwice { invoice_id: invoice(1) },
            PaymentRefusal::TooManyAllocations { limit: 1_000, found: 1_001 },
            PaymentRefusal::InFuture { field: "/on", date: TODAY, today: TODAY },
        ],
    );
}

#[test]
fn one_payment_pays_a_thousand_invoices_and_no_more() {
    let many = |count| (0..count).map(|bits| share(bits, 1)).collect();
    let ask = |count| settle(SettlePayment { allocations: many(count), ..new() });
    assert!(Payment::Absent.decide(&ask(1_000)).is_ok());
    let refused = PaymentRefusal::TooManyAllocations { limit: 1_000, found: 1_001 };
    assert_eq!(Payment::Absent.decide(&ask(1_001)), Err(refused));
}

#[test]
fn an_amount_allocated_names_its_day_only_where_it_arrived() {
    assert_eq!(settled().effective_on(), Some(TODAY));
    assert_eq!(declined().effective_on(), Some(TODAY));
    assert_eq!(allocated(3, 3, 400, Source::Unapplied, 600).effective_on(), None);
}
