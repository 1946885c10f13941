//! What may be asked of a dunning case.

use chrono::NaiveDate;

use crate::dunning::{InvoiceFacts, Strategy, StrategyVersion};
use crate::kernel::{ClientId, InvoiceId, Zone};

/// A request about a dunning case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DunningCaseCommand {
    /// Begin dunning for an invoice.
    Open(OpenCase),
    /// Do what is wanted on the day the request counts for. May be asked as often as one likes.
    Advance {
        /// How the invoice stands.
        facts: Box<InvoiceFacts>,
        /// Where its client is: at what time a payment is tried again.
        zone: Zone,
    },
    /// Note that the client promised to pay.
    Promise {
        /// The last day of the promise.
        pay_by: NaiveDate,
    },
    /// Let it rest until it is released; what is paid ends it all the same.
    Hold,
    /// Let it go on: a rest by hand and a promise hold it up no longer.
    Release,
    /// End dunning for the invoice, whatever is owed; what was suspended is lifted.
    Stop {
        /// Why, 1 to 500 characters.
        reason: String,
    },
}

/// For what a case is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCase {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// Who owes it.
    pub client_id: ClientId,
    /// Its last day to be paid in time.
    pub due_date: NaiveDate,
    /// The seller's own strategy and its version, unless it is a built-in one.
    pub strategy_version: Option<StrategyVersion>,
    /// What the strategy says.
    pub strategy: Strategy,
}
