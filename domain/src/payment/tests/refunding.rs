//! Refunds: from where, how much, and what becomes of them; and what is taken back to pay
//! something else. The payment of these rules: 40.00 and 30.00 pay invoices 1 and 2, 20.00 are
//! credit, 10.00 unapplied.

use super::*;

pub(super) fn reversal(no: u32, allocation_no: u32, bits: u128, minor: i64) -> Reversal {
    let (invoice_id, amount) = (invoice(bits), eur(minor));
    Reversal { no, allocation_no, invoice_id, amount, reopens: true }
}

pub(super) fn drawn(reversals: Vec<Reversal>, credit: i64, unapplied: i64) -> Drawn {
    Drawn { reversals, credit: eur(credit), unapplied: eur(unapplied) }
}

pub(super) fn back(shares: Vec<Share>, to_credit: i64) -> GiveBack {
    GiveBack { allocations: shares, to_credit: eur(to_credit) }
}

fn request(minor: i64, from: RefundFrom) -> RequestRefund {
    RequestRefund { amount: eur(minor), from, voided: Vec::new(), reason: "goodwill".into() }
}

fn ask(minor: i64, from: RefundFrom) -> Issued<PaymentCommand> {
    issued(PaymentCommand::RequestRefund(request(minor, from)))
}

fn requested(no: u32, drawn: Drawn) -> PaymentEvent {
    let (client_id, amount) = (new().client_id, drawn.total().unwrap());
    PaymentEvent::RefundRequested { no, client_id, amount, drawn, reason: "goodwill".into() }
}

fn confirm(refund_no: u32) -> Issued<PaymentCommand> {
    let reference = Some("RF-1".to_owned());
    issued(PaymentCommand::ConfirmRefund { refund_no, reference, sent_on: TODAY })
}

fn sent(no: u32, minor: i64) -> PaymentEvent {
    PaymentEvent::RefundSent {
        no,
        client_id: new().client_id,
        amount: eur(minor),
        gateway: new().gateway,
        reference: Some("RF-1".into()),
        sent_on: TODAY,
    }
}

fn fail(refund_no: u32, back: GiveBack) -> Issued<PaymentCommand> {
    issued(PaymentCommand::FailRefund { refund_no, reason: "account closed".into(), back })
}

fn unallocate(allocation_no: u32, minor: i64, to: Source) -> Issued<PaymentCommand> {
    let amount = eur(minor);
    issued(PaymentCommand::Unallocate { allocation_no, amount, to, voided: false })
}

#[test]
fn a_refund_takes_the_newest_allocation_first_then_credit_then_the_rest() {
    given::<Payment>([settled()])
        .when(ask(1_000, RefundFrom::Anywhere))
        .then([requested(1, drawn(vec![reversal(1, 2, 2, 1_000)], 0, 0))])
        .when(ask(8_500, RefundFrom::Anywhere))
        .then([requested(
            2,
            drawn(vec![reversal(2, 2, 2, 2_000), reversal(3, 1, 1, 4_000)], 2_000, 500),
        )])
        .when(ask(501, RefundFrom::Anywhere))
        .then_refused(PaymentRefusal::MoreThanRefundable { amount: eur(501), left: eur(500) });
}

#[test]
fn a_refund_from_one_place_takes_nothing_elsewhere() {
    let one = RefundFrom::Invoice(invoice(1));
    given::<Payment>([settled()])
        .when(ask(4_000, one))
        .then([requested(1, drawn(vec![reversal(1, 1, 1, 4_000)], 0, 0))])
        .when(ask(1, one))
        .then_refused(PaymentRefusal::MoreThanRefundable { amount: eur(1), left: eur(0) });
    for (place, minor, drawn) in [
        (Source::Credit, 2_000, drawn(vec![], 2_000, 0)),
        (Source::Unapplied, 1_000, drawn(vec![], 0, 1_000)),
    ] {
        let from = RefundFrom::Place(place);
        given::<Payment>([settled()])
            .when(ask(minor, from))
            .then([requested(1, drawn)])
            .when(ask(1, from))
            .then_refused(PaymentRefusal::MoreThanRefundable { amount: eur(1), left: eur(0) });
    }
}

#[test]
fn what_paid_a_voided_invoice_comes_out_of_the_clients_credit() {
    let ask = RequestRefund { voided: vec![invoice(2)], ..request(7_000, RefundFrom::Anywhere) };
    let credited = Reversal { reopens: false, ..reversal(1, 2, 2, 3_000) };
    let drawn = drawn(vec![credited, reversal(2, 1, 1, 4_000)], 0, 0);
    assert_eq!(drawn.reopened(), Ok(eur(4_000)));
    given::<Payment>([settled()])
        .when(issued(PaymentCommand::RequestRefund(ask)))
        .then([requested(1, drawn)]);
}

#[test]
fn a_refund_is_of_some_amount_in_the_payments_currency_and_has_a_reason() {
    for minor in [0, -1] {
        given::<Payment>([settled()])
            .when(ask(minor, RefundFrom::Anywhere))
            .then_refused(PaymentRefusal::NotPositive);
    }
    let usd = Money::try_new(1, Currency::USD).unwrap();
    let (left, right) = (Currency::EUR, Currency::USD);
    let asks = RequestRefund { amount: usd, ..request(1, RefundFrom::Anywhere) };
    given::<Payment>([settled()])
        .when(issued(PaymentCommand::RequestRefund(asks)))
        .then_refused(MoneyRefusal::MixedCurrencies { left, right });
    let silent = RequestRefund { reason: String::new(), ..request(1, RefundFrom::Anywhere) };
    let state = Payment::fold(&[settled()]);
    assert!(state.decide(&issued(PaymentCommand::RequestRefund(silent))).is_err());
    given::<Payment>([]).when(ask(1, RefundFrom::Anywhere)).then_refused(PaymentRefusal::Absent);
    given::<Payment>([declined()])
        .when(ask(1, RefundFrom::Anywhere))
        .then_refused(PaymentRefusal::Declined);
}

#[test]
fn a_refund_is_sent_once() {
    let requested = || requested(1, drawn(vec![reversal(1, 2, 2, 500)], 0, 0));
    given::<Payment>([settled(), requested()])
        .when(confirm(1))
        .then([sent(1, 500)])
        .when(confirm(1))
        .then_nothing();
    let other = PaymentCommand::ConfirmRefund { refund_no: 1, reference: None, sent_on: TODAY };
    given::<Payment>([settled(), requested(), sent(1, 500)])
        .when(issued(other))
        .then_refused(PaymentRefusal::RefundEnded { refund_no: 1 });
    given::<Payment>([settled(), requested(), sent(1, 500)])
        .when(fail(1, back(vec![], 0)))
        .then_refused(PaymentRefusal::RefundEnded { refund_no: 1 });
    given::<Payment>([settled()])
        .when(confirm(1))
        .then_refused(PaymentRefusal::NoSuchRefund { refund_no: 1 });
    let (scope, key) = (PaymentEvent::REFUND_REFERENCE_SCOPE, "manual_bank/RF-1".to_owned());
    assert_eq!(sent(1, 500).claims(), [Claim::Take { scope, key }]);
    assert_eq!(sent(1, 500).effective_on(), Some(TODAY));
}

#[test]
fn a_refund_that_failed_pays_again_and_every_cent_lies_somewhere() {
    let taken = drawn(vec![reversal(1, 2, 2, 3_000)], 0, 0);
    let failed = PaymentEvent::RefundFailed {
        no: 1,
        client_id: new().client_id,
        amount: eur(3_000),
        reason: "account closed".into(),
        allocations: vec![Allocation { no: 3, invoice_id: invoice(2), amount: eur(1_500) }],
        to_credit: eur(1_000),
        unapplied: eur(500),
    };
    let again = back(vec![share(2, 1_500)], 1_000);
    given::<Payment>([settled(), requested(1, taken)])
        .when(fail(1, again.clone()))
        .then([failed])
        .when(fail(1, again))
        .then([])
        .when(confirm(1))
        .then_refused(PaymentRefusal::RefundEnded { refund_no: 1 });
    let taken = drawn(vec![reversal(1, 2, 2, 3_000)], 0, 0);
    given::<Payment>([settled(), requested(1, taken)])
        .when(fail(1, back(vec![share(2, 2_000)], 1_001)))
        .then_refused(PaymentRefusal::MoreThanArrived { given: eur(3_001), amount: eur(3_000) });
}

#[test]
fn what_comes_back_pays_what_it_had_paid_as_far_as_it_is_owed() {
    let taken = drawn(vec![reversal(1, 2, 2, 3_000), reversal(2, 1, 1, 4_000)], 500, 200);
    let owed = |bits: InvoiceId| if bits == invoice(1) { eur(2_500) } else { eur(9_000) };
    let all = taken.give_back(eur(7_700), owed);
    assert_eq!(all, Ok(back(vec![share(2, 3_000), share(1, 2_500)], 2_000)));
    assert_eq!(taken.give_back(eur(1_000), owed), Ok(back(vec![share(2, 1_000)], 0)));
    assert_eq!(taken.give_back(eur(7_700), |_| eur(0)), Ok(back(vec![], 7_500)));
    let twice = drawn(vec![reversal(1, 2, 2, 600), reversal(2, 1, 2, 600)], 0, 0);
    assert_eq!(twice.give_back(eur(1_200), |_| eur(1_000)), Ok(back(vec![share(2, 1_000)], 200)));
    let credited = Reversal { reopens: false, ..reversal(1, 2, 2, 600) };
    let voided = drawn(vec![credited], 0, 0);
    assert_eq!(voided.give_back(eur(600), |_| eur(600)), Ok(back(vec![], 600)));
}

#[test]
fn an_allocation_is_taken_back_to_pay_something_else() {
    let unallocated = |reversal, to, left| PaymentEvent::Unallocated {
        reversal,
        client_id: new().client_id,
        to,
        left: eur(left),
    };
    given::<Payment>([settled()])
        .when(unallocate(1, 1_500, Source::Unapplied))
        .then([unallocated(reversal(1, 1, 1, 1_500), Source::Unapplied, 2_500)])
        .when(unallocate(2, 3_000, Source::Credit))
        .then([unallocated(reversal(2, 2, 2, 3_000), Source::Credit, 5_000)])
        .when(unallocate(1, 2_501, Source::Unapplied))
        .then_refused(PaymentRefusal::MoreThanLeft { amount: eur(2_501), left: eur(2_500) });
    given::<Payment>([settled()])
        .when(unallocate(3, 1, Source::Unapplied))
        .then_refused(PaymentRefusal::NoSuchAllocation { allocation_no: 3 });
    given::<Payment>([settled()])
        .when(unallocate(1, 0, Source::Unapplied))
        .then_refused(PaymentRefusal::NotPositive);
    let (allocation_no, amount, to) = (1, eur(1), Source::Credit);
    let ask = PaymentCommand::Unallocate { allocation_no, amount, to, voided: true };
    let credited = Reversal { reopens: false, ..reversal(1, 1, 1, 1) };
    given::<Payment>([settled()]).when(issued(ask)).then([unallocated(
        credited,
        Source::Credit,
        2_001,
    )]);
}
