//! What a payment pays.

use serde::{Deserialize, Serialize};

use crate::kernel::{InvoiceId, Money};

/// A part of a payment that pays an invoice. Payment and number name it for ever, so that the
/// invoice takes it once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// Counts the allocations of the payment from 1.
    pub no: u32,
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// How much of it.
    pub amount: Money,
}

/// Where the part of a payment lies that no invoice has had yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Money nobody has matched.
    Unapplied,
    /// The client's credit that came from this payment.
    Credit,
}

/// A part of a payment as it is asked for, before it has its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// How much; more than nothing.
    pub amount: Money,
}
