//! What may be asked of a payment.

use chrono::NaiveDate;

use crate::kernel::{ClientId, InvoiceId, Money, Origin};
use crate::payment::{AttemptStage, Decline, GiveBack, RefundFrom, Share, Source};

/// A request about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentCommand {
    /// Record how far an attempt has come that is not decided yet.
    Attempt(AttemptPayment),
    /// Record money that arrived.
    Settle(SettlePayment),
    /// Record an attempt that failed.
    Decline(DeclinePayment),
    /// Match a rest or a credit of this payment to an invoice.
    Allocate {
        /// The invoice.
        invoice_id: InvoiceId,
        /// How much; more than nothing, at most what lies there.
        amount: Money,
        /// Where the money lies.
        from: Source,
    },
    /// Take a part of an allocation back, so that it can pay something else.
    Unallocate {
        /// Which allocation.
        allocation_no: u32,
        /// How much; more than nothing, at most what of it still pays the invoice.
        amount: Money,
        /// Where the money lies afterwards.
        to: Source,
        /// Whether a credit note took the invoice back, so that it does not ask for it again.
        voided: bool,
    },
    /// Promise to send money back. It leaves the places it lay in at once.
    RequestRefund(RequestRefund),
    /// Record that a refund was sent.
    ConfirmRefund {
        /// Which refund.
        refund_no: u32,
        /// The gateway's own name for it, at most 200 characters.
        reference: Option<String>,
        /// The day it was sent; not after the day the request counts for.
        sent_on: NaiveDate,
    },
    /// Record that a refund could not be sent.
    FailRefund {
        /// Which refund.
        refund_no: u32,
        /// What the gateway said, 1 to 500 characters.
        reason: String,
        /// Where its money goes.
        back: GiveBack,
    },
    /// Record that the client's bank took money back, as long as nothing is decided.
    OpenDispute(OpenDispute),
    /// Record that money of a dispute came back; in parts, if it comes in parts.
    WinDispute {
        /// Which dispute.
        dispute_no: u32,
        /// What came back; more than nothing, at most what is undecided.
        amount: Money,
        /// Where it goes.
        back: GiveBack,
        /// The day it came; not after the day the request counts for.
        on: NaiveDate,
    },
    /// Record that what is undecided of a dispute is lost.
    LoseDispute {
        /// Which dispute.
        dispute_no: u32,
        /// The day it was decided; not after the day the request counts for.
        on: NaiveDate,
    },
    /// Record what the gateway keeps for a dispute, whoever wins it.
    ChargeDisputeFee {
        /// Which dispute.
        dispute_no: u32,
        /// How much; more than nothing, in any currency.
        fee: Money,
        /// The day it was taken; not after the day the request counts for.
        on: NaiveDate,
    },
}

/// An attempt that is not decided yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptPayment {
    /// Who pays.
    pub client_id: ClientId,
    /// What is asked for; more than nothing.
    pub amount: Money,
    /// Key of the way it is tried.
    pub gateway: String,
    /// The gateway's own name for it, at most 200 characters.
    pub reference: Option<String>,
    /// How far it has come.
    pub stage: AttemptStage,
    /// The invoice it is to pay, if it is to pay one.
    pub invoice_id: Option<InvoiceId>,
    /// The day of it; not after the day the request counts for.
    pub on: NaiveDate,
}

/// Money to send back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRefund {
    /// How much; more than nothing, at most what lies where it is taken from.
    pub amount: Money,
    /// Where it is taken from.
    pub from: RefundFrom,
    /// Invoices of this payment that a credit note took back: what had paid them is the
    /// client's credit by now.
    pub voided: Vec<InvoiceId>,
    /// Why, 1 to 500 characters.
    pub reason: String,
}

/// Money that the client's bank took back. Never more is taken out of the payment than refunds
/// and earlier disputes have left of it, whatever the bank claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenDispute {
    /// The gateway's own name for it, at most 200 characters; known once per payment.
    pub reference: Option<String>,
    /// What the bank claims; more than nothing.
    pub claimed: Money,
    /// Invoices of this payment that a credit note took back.
    pub voided: Vec<InvoiceId>,
    /// What the client's bank says, 1 to 500 characters.
    pub reason: String,
    /// The day it was opened; not after the day the request counts for.
    pub opened_on: NaiveDate,
}

/// Money that arrived. What is neither allocated nor made credit stays unapplied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlePayment {
    /// Who paid.
    pub client_id: ClientId,
    /// What arrived; more than nothing.
    pub amount: Money,
    /// Key of the way it came, such as `manual_bank`.
    pub gateway: String,
    /// The gateway's own name for it, at most 200 characters.
    pub reference: Option<String>,
    /// The day it arrived; not after the day the request counts for.
    pub received_on: NaiveDate,
    /// What it pays; each invoice at most once.
    pub allocations: Vec<Share>,
    /// What becomes the client's credit on purpose.
    pub to_credit: Money,
    /// Where an imported payment came from.
    pub origin: Option<Origin>,
}

/// An attempt that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclinePayment {
    /// Who tried to pay.
    pub client_id: ClientId,
    /// What was asked for; more than nothing.
    pub amount: Money,
    /// Key of the way it was tried.
    pub gateway: String,
    /// What the gateway said, 1 to 500 characters.
    pub reason: String,
    /// Whether another try may help.
    pub decline: Decline,
    /// The invoice it was to pay, if it was to pay one.
    pub invoice_id: Option<InvoiceId>,
    /// The day it was tried; not after the day the request counts for.
    pub on: NaiveDate,
}
