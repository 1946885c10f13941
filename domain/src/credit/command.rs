//! What may be asked of a client's credit.

use chrono::NaiveDate;

use crate::credit::CreditSource;
use crate::kernel::{ClientId, InvoiceId, Money};

/// A request about a client's credit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreditCommand {
    /// Add to it.
    Grant(GrantCredit),
    /// Pay an invoice with it.
    Spend(SpendCredit),
}

/// Credit that comes in. The same source grants once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantCredit {
    /// Whose it is.
    pub client_id: ClientId,
    /// How much; more than nothing.
    pub amount: Money,
    /// Where it comes from.
    pub source: CreditSource,
    /// Its last day, if it has one.
    pub expires_on: Option<NaiveDate>,
}

/// Credit that pays an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpendCredit {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// At most how much; more than nothing. Less is spent if less is there.
    pub up_to: Money,
}
