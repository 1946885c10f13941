//! What may be asked of a payment.

use chrono::NaiveDate;

use crate::kernel::{ClientId, InvoiceId, Money, Origin};
use crate::payment::{Share, Source};

/// A request about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentCommand {
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
    /// The day it was tried; not after the day the request counts for.
    pub on: NaiveDate,
}
