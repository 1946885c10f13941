//! An invoice: what a client owes, for what, until when.
//!
//! | state         | draft | edit  | discard   | issue | pay   | unapply | credit  | void |
//! | ------------- | ----- | ----- | --------- | ----- | ----- | ------- | ------- | ---- |
//! | absent        | draft | –     | –         | open¹ | –     | –       | –       | –    |
//! | draft         | –     | draft | discarded | open¹ | –     | –       | –       | –    |
//! | discarded     | –     | –     | –         | –     | –     | –       | –       | –    |
//! | open          | –     | –     | –         | –     | open² | open    | open²   | void |
//! | settled       | –     | –     | –         | –     | –     | open    | settled | void |
//! | void          | –     | –     | –         | –     | –     | –       | –       | –    |
//! | uncollectible | –     | –     | –         | –     | –     | open    | –       | –    |
//!
//! An open one can be written off, which makes it uncollectible.
//!
//! Lines of a draft that the seller's rates tax are taxed anew until it is issued.
//!
//! ¹ Settled at once if the total is zero. ² Settled once nothing is owed.
//!
//! Guarantees: one currency; the total is lines plus tax; what is still owed is the total less
//! what payments and credit pay and credit notes set off, and never below zero; number, lines and
//! taxes are frozen at issue; a payment's allocation counts once, and so does each part of it that
//! is taken back. Overdue and the other words on screens are derived, see [`InvoiceStatus`]. Absent
//! on purpose: editing after issue; void and issue another, or correct it upwards by one more. What
//! a credit note may say is the note's business; the invoice sets it off.

mod command;
mod decide;
mod error;
mod event;
mod letterhead;
mod line;
mod particulars;
mod seller;
mod settling;
mod state;
mod status;
#[cfg(test)]
mod tests;
mod totals;

pub use command::{
    ApplyCredit, ApplyPayment, CompleteInvoice, DraftFor, InvoiceCommand, IssueCorrection,
    IssueTerms, UnapplyCredit, UnapplyPayment,
};
pub use error::InvoiceRefusal;
pub use event::{
    Corrected, DebitCorrection, GivenBack, InvoiceEvent, IssuedInvoice, LineGivenBack,
    UnapplyCause, VoidedInvoice,
};
pub use letterhead::{BankAccount, Letterhead};
pub use line::{Line, LineKind, Lowering, NewLine};
pub use particulars::Particulars;
pub use seller::Seller;
pub use state::{
    Applied, AppliedCoupon, AppliedCredit, CreditNoteApplied, Document, DraftInvoice, Invoice,
    Unapplied, UnappliedCredit,
};
pub use status::{InvoiceStatus, Standing};
pub use totals::{LINE_LIMIT, Preview, Totals, preview};

pub use crate::tax::{TaxCategory, TaxGroup, TaxTreatment};
