//! An invoice: what a client owes, for what, until when.
//!
//! | state         | draft | edit  | discard   | issue | pay   | void | write off     |
//! | ------------- | ----- | ----- | --------- | ----- | ----- | ---- | ------------- |
//! | absent        | draft | –     | –         | open¹ | –     | –    | –             |
//! | draft         | –     | draft | discarded | open¹ | –     | –    | –             |
//! | discarded     | –     | –     | –         | –     | –     | –    | –             |
//! | open          | –     | –     | –         | –     | open² | void | uncollectible |
//! | settled       | –     | –     | –         | –     | –     | void | –             |
//! | void          | –     | –     | –         | –     | –     | –    | –             |
//! | uncollectible | –     | –     | –         | –     | –     | –    | –             |
//!
//! ¹ Settled at once if the total is zero. ² Settled once nothing is owed.
//!
//! Guarantees: one currency; the total is lines plus tax; what is still owed is the total less
//! the payments and the credit applied and never below zero; number, lines and taxes are frozen at
//! issue; a payment's allocation and a credit count once. Overdue and the other words on screens
//! are derived, see [`InvoiceStatus`]. Absent on purpose: editing after issue; void, and issue
//! another.

mod command;
mod decide;
mod error;
mod event;
mod line;
mod seller;
mod state;
mod status;
#[cfg(test)]
mod tests;
mod totals;

pub use command::{
    ApplyCredit, ApplyPayment, CompleteInvoice, DraftFor, InvoiceCommand, IssueTerms,
};
pub use error::InvoiceRefusal;
pub use event::{CreditFrom, InvoiceEvent, IssuedInvoice, VoidedInvoice};
pub use line::{Line, LineKind, NewLine};
pub use seller::Seller;
pub use state::{Applied, AppliedCredit, Document, DraftInvoice, Invoice};
pub use status::InvoiceStatus;
pub use totals::{LINE_LIMIT, Preview, Totals, preview};

pub use crate::tax::{TaxCategory, TaxGroup, TaxTreatment};
