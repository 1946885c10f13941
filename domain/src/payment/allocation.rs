//! What a payment pays, and what is taken out of it again.

use serde::{Deserialize, Serialize};

use crate::kernel::{InvoiceId, Money, MoneyRefusal};

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

/// A part of an allocation that was taken back. Payment and number name it for ever, so that
/// the invoice gives it back once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    /// Counts the reversals of the payment from 1.
    pub no: u32,
    /// The allocation it takes back, whole or in part.
    pub allocation_no: u32,
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// How much.
    pub amount: Money,
    /// Whether the invoice asks for it again. Not if a credit note took the invoice back: what
    /// had paid it is the client's credit since, and comes out of there.
    pub reopens: bool,
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

/// From where a refund takes its money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundFrom {
    /// Wherever it lies: what paid invoices first, the newest allocation before older ones, then
    /// the client's credit, then what nobody has matched.
    Anywhere,
    /// Only what paid this invoice, the newest allocation before older ones.
    Invoice(InvoiceId),
    /// Only one of the other places.
    Place(Source),
}

/// What was taken out of a payment, by the place it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// What had paid invoices.
    pub reversals: Vec<Reversal>,
    /// What lay in the client's credit.
    pub credit: Money,
    /// What nobody had matched.
    pub unapplied: Money,
}

/// Where money goes that was taken out and came back; the rest of it stays unapplied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GiveBack {
    /// What it pays; each invoice at most once.
    pub allocations: Vec<Share>,
    /// What becomes the client's credit.
    pub to_credit: Money,
}

/// A part of a payment as it is asked for, before it has its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// How much; more than nothing.
    pub amount: Money,
}

impl Drawn {
    /// All of it.
    pub fn total(&self) -> Result<Money, MoneyRefusal> {
        let reversed = self.reversals.iter().map(|reversal| reversal.amount);
        Money::sum(self.credit.currency(), reversed.chain([self.credit, self.unapplied]))
    }

    /// The part that invoices ask for again.
    pub fn reopened(&self) -> Result<Money, MoneyRefusal> {
        let again = self.reversals.iter().filter(|reversal| reversal.reopens);
        Money::sum(self.credit.currency(), again.map(|reversal| reversal.amount))
    }
}
