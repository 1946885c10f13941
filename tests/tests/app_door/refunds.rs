//! Money that goes back: refunded, disputed, matched anew; the invoices follow in the same append.

use billfold_app::Kind;
use billfold_app::commands::invoices::VoidInvoice;
use billfold_app::commands::payments::{
    AfterLoss, ChargeInvoice, ConfirmRefund, FailRefund, LoseDispute, OpenDispute, PayInvoice,
    Pays, RecordAttempt, RecordPayment, RefundInvoice, RefundPayment, UnmatchPayment, WinDispute,
};
use billfold_domain::invoice::{Invoice, InvoiceStatus};
use billfold_domain::kernel::{ClientId, InvoiceId, PaymentId};
use billfold_domain::payment::{AttemptStage, Payment, RefundFrom, SettledPayment, Source};

use crate::house::{House, eur, refused};

/// A client, an invoice over 119.00 and the payment that settled it through a gateway.
async fn paid(house: &House) -> (ClientId, InvoiceId, PaymentId) {
    let client = house.client("Ada Lovelace").await;
    let invoice_id = house.invoice("one", client, &["100.00"]).await.invoice_id;
    let charge = ChargeInvoice { invoice_id, gateway: "sandbox".to_owned() };
    let charged = house.ask("charge", charge).await.unwrap().answer;
    (client, invoice_id, charged.payment_id)
}

async fn invoice(house: &House, id: InvoiceId) -> Invoice {
    house.door.load::<Invoice>(house.tenant, id.uuid()).await.unwrap().0
}

async fn owed(house: &House, id: InvoiceId) -> String {
    invoice(house, id).await.document().unwrap().balance_due.to_major()
}

async fn settled(house: &House, id: PaymentId) -> SettledPayment {
    let (payment, _) = house.door.load::<Payment>(house.tenant, id.uuid()).await.unwrap();
    payment.settled().unwrap().clone()
}

fn refund(payment_id: PaymentId, amount: &str) -> RefundPayment {
    let reason = "goodwill".to_owned();
    RefundPayment { payment_id, amount: Some(eur(amount)), from: RefundFrom::Anywhere, reason }
}

fn dispute(payment_id: PaymentId, amount: &str) -> OpenDispute {
    OpenDispute {
        payment_id,
        reference: Some("dp_1".to_owned()),
        claimed: eur(amount),
        reason: "not received".to_owned(),
        opened_on: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_reopens_its_invoice_and_one_that_failed_settles_it_again() {
    let house = House::open().await;
    let (_, id, payment_id) = paid(&house).await;
    let asked = house.ask("refund", refund(payment_id, "19.00")).await.unwrap().answer;
    assert_eq!((asked.refund_no, asked.sent, asked.reopened.len()), (1, false, 1));
    assert_eq!(owed(&house, id).await, "19.00");
    let too_much = house.ask("too much", refund(payment_id, "100.01")).await;
    assert_eq!(refused(too_much), ("payment.more_than_refundable".to_owned(), Kind::Rule));
    let failed = FailRefund { payment_id, refund_no: 1, reason: "account closed".to_owned() };
    house.ask("fail", failed).await.unwrap();
    assert!(matches!(invoice(&house, id).await, Invoice::Settled { .. }));
    house.ask("again", refund(payment_id, "119.00")).await.unwrap();
    let reference = Some("re_1".to_owned());
    let sent = ConfirmRefund { payment_id, refund_no: 2, reference, sent_on: None };
    house.ask("sent", sent.clone()).await.unwrap();
    let events = house.events().await;
    house.ask("sent twice", sent).await.unwrap();
    assert_eq!(house.events().await, events, "the same report again changes nothing");
    assert_eq!(owed(&house, id).await, "119.00");
    let nothing = house.ask("nothing left", dispute(payment_id, "119.00")).await;
    assert_eq!(refused(nothing), ("payment.nothing_left".to_owned(), Kind::State));
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_came_by_hand_goes_back_by_hand() {
    let house = House::open().await;
    let client = house.client("Ada Lovelace").await;
    let record = RecordPayment {
        payment_id: None,
        client_id: client,
        amount: eur("50.00"),
        method: "manual_bank".to_owned(),
        reference: None,
        received_on: None,
        pays: Pays::Nothing,
    };
    let payment_id = house.ask("pay", record).await.unwrap().answer.payment_id;
    let all = RefundPayment { amount: None, ..refund(payment_id, "0.01") };
    let answer = house.ask("refund", all).await.unwrap().answer;
    assert!(answer.sent && answer.reopened.is_empty());
    assert_eq!(answer.amount, eur("50.00"));
    let types = house.event_types(payment_id.uuid()).await;
    let expected = ["payment.settled", "payment.refund_requested", "payment.refund_sent"];
    assert_eq!(types, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_refunded_over_as_many_payments_as_it_takes() {
    let house = House::open().await;
    let client = house.client("Ada Lovelace").await;
    let id = house.invoice("one", client, &["100.00"]).await.invoice_id;
    let mut payments = Vec::new();
    for amount in ["40.00", "79.00"] {
        let pay = PayInvoice {
            invoice_id: id,
            amount: Some(eur(amount)),
            method: "manual_bank".to_owned(),
            reference: None,
            received_on: None,
        };
        let answer = house.ask(&format!("pay {amount}"), pay).await.unwrap().answer;
        payments.push(answer.payment_id);
    }
    let refund = |amount: Option<&str>| RefundInvoice {
        invoice_id: id,
        amount: amount.map(eur),
        reason: "goodwill".to_owned(),
    };
    let one = house.ask("one", refund(Some("40.00"))).await.unwrap().answer;
    let of: Vec<_> = one.iter().map(|part| (part.payment_id, part.amount)).collect();
    assert_eq!(of, [(payments[0], eur("40.00"))], "the payment that fits");
    let rest = house.ask("rest", refund(None)).await.unwrap().answer;
    let of: Vec<_> = rest.iter().map(|part| (part.payment_id, part.amount)).collect();
    assert_eq!(of, [(payments[1], eur("79.00"))]);
    assert_eq!(owed(&house, id).await, "119.00");
    let more = house.ask("more", refund(Some("0.01"))).await;
    assert_eq!(refused(more), ("invoice.more_than_applied".to_owned(), Kind::Rule));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_paid_a_voided_invoice_is_refunded_out_of_credit() {
    let house = House::open().await;
    let (_, id, payment_id) = paid(&house).await;
    let void = VoidInvoice { invoice_id: id, reason: "wrong plan".to_owned() };
    house.ask("void", void).await.unwrap();
    let answer = house.ask("refund", refund(payment_id, "119.00")).await.unwrap().answer;
    assert!(answer.reopened.is_empty());
    assert!(matches!(invoice(&house, id).await, Invoice::Void { .. }));
    let drawn = &settled(&house, payment_id).await.refunds[0].drawn;
    assert!(drawn.reversals.iter().all(|reversal| !reversal.reopens));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chargeback_after_a_partial_refund_takes_the_rest_and_a_win_brings_it_back() {
    let house = House::open().await;
    let (_, id, payment_id) = paid(&house).await;
    house.ask("refund", refund(payment_id, "19.00")).await.unwrap();
    let opened = house.ask("dispute", dispute(payment_id, "119.00")).await.unwrap().answer;
    assert_eq!((opened.dispute_no, opened.amount), (1, eur("100.00")));
    assert_eq!(owed(&house, id).await, "119.00");
    let again = house.ask("dispute again", dispute(payment_id, "119.00")).await.unwrap();
    assert_eq!((again.answer, again.position), (opened, None), "it was told before");
    let won = WinDispute { payment_id, dispute_no: 1, amount: None, on: None };
    house.ask("win", won.clone()).await.unwrap();
    assert_eq!(owed(&house, id).await, "19.00");
    let decided = house.ask("win twice", won).await;
    assert_eq!(refused(decided), ("payment.dispute_decided".to_owned(), Kind::State));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_dispute_leaves_a_claim_that_can_be_given_up_at_once() {
    let house = House::open().await;
    let (_, id, payment_id) = paid(&house).await;
    house.ask("dispute", dispute(payment_id, "119.00")).await.unwrap();
    let lose = LoseDispute { payment_id, dispute_no: 1, then: AfterLoss::WrittenOff, on: None };
    house.ask("lose", lose).await.unwrap();
    let today = "2026-03-02".parse().unwrap();
    let status = invoice(&house, id).await.status(today);
    assert_eq!(status, Some(InvoiceStatus::Uncollectible));
}

#[tokio::test(flavor = "multi_thread")]
async fn money_on_the_wrong_invoice_is_matched_anew() {
    let house = House::open().await;
    let (_, id, payment_id) = paid(&house).await;
    let to = Source::Unapplied;
    let unmatch = UnmatchPayment { payment_id, allocation_no: 1, amount: None, to };
    house.ask("unmatch", unmatch).await.unwrap();
    assert_eq!(owed(&house, id).await, "119.00");
    assert_eq!(settled(&house, payment_id).await.unapplied, eur("119.00"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_is_not_decided_changes_no_invoice() {
    let house = House::open().await;
    let client = house.client("Ada Lovelace").await;
    let id = house.invoice("one", client, &["100.00"]).await.invoice_id;
    let attempt = |stage| RecordAttempt {
        payment_id: PaymentId::derive(house.tenant.uuid(), "attempt"),
        client_id: client,
        amount: eur("119.00"),
        gateway: "sandbox".to_owned(),
        reference: Some("pi_1".to_owned()),
        invoice_id: None,
        stage,
    };
    house.ask("pending", attempt(AttemptStage::Pending)).await.unwrap();
    house.ask("challenge", attempt(AttemptStage::ActionRequired)).await.unwrap();
    let repeated = house.ask("twice", attempt(AttemptStage::ActionRequired)).await.unwrap();
    assert_eq!(repeated.position, None);
    assert_eq!(owed(&house, id).await, "119.00");
}
