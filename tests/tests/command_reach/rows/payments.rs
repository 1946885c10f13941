//! Payments, ways to pay, refunds and disputes.

use billfold_app::commands::payment_methods::{
    AttachPaymentMethod, DetachPaymentMethod, ExpirePaymentMethod, MakeDefaultPaymentMethod,
};
use billfold_app::commands::payments::{
    AfterLoss, ChargeDisputeFee, ChargeInvoice, ConfirmRefund, FailRefund, LoseDispute,
    MatchPayment, OpenDispute, PayInvoice, Pays, RecordAttempt, RecordPayment, RefundInvoice,
    RefundPayment, ShareOf, UnmatchPayment, WinDispute,
};
use billfold_domain::kernel::{ClientId, InvoiceId, PaymentId};
use billfold_domain::payment::{AttemptStage, RefundFrom, Source};

use crate::row::{Row, begun, id, part};
use crate::words::{because, eur, instrument};

pub(super) fn rows() -> Vec<Row> {
    [paying(), matching(), disputes(), refunds(), methods()].into_iter().flatten().collect()
}

fn record(client_id: ClientId, pays: Pays) -> RecordPayment {
    RecordPayment {
        payment_id: None,
        client_id,
        amount: eur("5.00"),
        method: "manual_bank".to_owned(),
        reference: None,
        received_on: None,
        pays,
    }
}

fn attempt(
    payment_id: PaymentId,
    client_id: ClientId,
    invoice: Option<InvoiceId>,
) -> RecordAttempt {
    RecordAttempt {
        payment_id,
        client_id,
        amount: eur("5.00"),
        gateway: "sandbox".to_owned(),
        reference: None,
        stage: AttemptStage::Pending,
        invoice_id: invoice,
    }
}

fn new_payment() -> PaymentId {
    PaymentId::new(uuid::Uuid::from_u128(0x0A77))
}

fn paying() -> Vec<Row> {
    vec![
        begun("payment_id", |own, other| RecordPayment {
            payment_id: Some(other.payment),
            ..record(own.client, Pays::Nothing)
        }),
        id("client_id", |_, other| record(other.client, Pays::Nothing)),
        id("client_id.oldest_first", |_, other| record(other.client, Pays::OldestFirst)),
        id("pays.invoice_id", |own, other| {
            let share = ShareOf { invoice_id: other.invoice, amount: None };
            record(own.client, Pays::Invoices(vec![share]))
        })
        .or_of_another_client(),
        begun("payment_id", |own, other| attempt(other.money, own.client, None)),
        id("client_id", |_, other| attempt(new_payment(), other.client, None)),
        id("invoice_id", |own, other| attempt(new_payment(), own.client, Some(other.invoice)))
            .or_of_another_client(),
        id("invoice_id", |_, other| PayInvoice {
            invoice_id: other.invoice,
            amount: Some(eur("1.00")),
            method: "manual_bank".to_owned(),
            reference: None,
            received_on: None,
        }),
        id("invoice_id", |_, other| ChargeInvoice {
            invoice_id: other.invoice,
            gateway: "sandbox".to_owned(),
        }),
    ]
}

fn matched(payment_id: PaymentId, invoice_id: InvoiceId) -> MatchPayment {
    MatchPayment { payment_id, invoice_id, amount: eur("1.00"), from: Source::Unapplied }
}

fn matching() -> Vec<Row> {
    vec![
        id("payment_id", |own, other| matched(other.money, own.invoice)).or_of_another_client(),
        id("invoice_id", |own, other| matched(own.money, other.invoice)).or_of_another_client(),
        id("payment_id", |_, other| UnmatchPayment {
            payment_id: other.payment,
            allocation_no: 1,
            amount: Some(eur("1.00")),
            to: Source::Unapplied,
        }),
    ]
}

fn disputes() -> Vec<Row> {
    vec![
        id("payment_id", |_, other| OpenDispute {
            payment_id: other.payment,
            reference: None,
            claimed: eur("10.00"),
            reason: because(),
            opened_on: None,
        }),
        id("payment_id", |_, other| ChargeDisputeFee {
            payment_id: other.payment,
            dispute_no: 1,
            fee: eur("1.00"),
            on: None,
        }),
        id("payment_id", |_, other| WinDispute {
            payment_id: other.payment,
            dispute_no: 1,
            amount: None,
            on: None,
        }),
        id("payment_id", |_, other| LoseDispute {
            payment_id: other.payment,
            dispute_no: 1,
            then: AfterLoss::Owed,
            on: None,
        }),
    ]
}

fn refunds() -> Vec<Row> {
    vec![
        id("payment_id", |_, other| RefundPayment {
            payment_id: other.payment,
            amount: Some(eur("1.00")),
            from: RefundFrom::Anywhere,
            reason: because(),
        }),
        part("from.invoice_id", |own, other| RefundPayment {
            payment_id: own.payment,
            amount: Some(eur("1.00")),
            from: RefundFrom::Invoice(other.paid),
            reason: because(),
        })
        .or_of_another_client(),
        id("payment_id", |_, other| ConfirmRefund {
            payment_id: other.payment,
            refund_no: 1,
            reference: None,
            sent_on: None,
        }),
        id("payment_id", |_, other| FailRefund {
            payment_id: other.payment,
            refund_no: 1,
            reason: because(),
        }),
        id("invoice_id", |_, other| RefundInvoice {
            invoice_id: other.paid,
            amount: Some(eur("1.00")),
            reason: because(),
        }),
    ]
}

fn methods() -> Vec<Row> {
    vec![
        id("client_id", |_, other| AttachPaymentMethod {
            client_id: other.client,
            gateway: "sandbox".to_owned(),
            token: "new".to_owned(),
            instrument: instrument(),
        }),
        id("payment_method_id", |own, other| MakeDefaultPaymentMethod {
            payment_method_id: other.method,
            instead_of: Some(own.method),
        })
        .or_of_another_client(),
        id("payment_method_id.alone", |_, other| MakeDefaultPaymentMethod {
            payment_method_id: other.method,
            instead_of: None,
        }),
        id("instead_of", |own, other| MakeDefaultPaymentMethod {
            payment_method_id: own.method,
            instead_of: Some(other.method),
        })
        .or_of_another_client(),
        id("payment_method_id", |_, other| ExpirePaymentMethod { payment_method_id: other.method }),
        id("payment_method_id", |_, other| DetachPaymentMethod {
            payment_method_id: other.method,
            reason: because(),
        }),
    ]
}
