//! Use cases about an invoice: draft, edit, issue, credit, correct upwards, void, write off.

mod add_line;
mod apply_credit;
mod buyer;
mod checked;
mod credit;
mod debit;
mod discard;
mod draft;
mod issue;
mod products;
mod remove_line;
mod revise;
mod set_due_date;
mod taxing;
mod void;
mod write_off;

pub use add_line::{AddLine, LineAdded};
pub use apply_credit::{ApplyClientCredit, CreditApplied};
pub(super) use buyer::{Buyer, fiscal_key, seal_buyer, sealed_buyer};
pub(super) use checked::{check_invoice, check_note, check_proforma};
pub use credit::{CreditInvoice, ForeseenCredit, InvoiceCredited, foresee_credit};
pub use debit::DebitInvoice;
pub use discard::DiscardDraft;
pub use draft::{DraftInvoice, InvoiceDrafted};
pub use issue::{InvoiceIssued, IssueInvoice};
pub use remove_line::RemoveLine;
pub use revise::ReviseDraft;
pub use set_due_date::SetDueDate;
pub(super) use taxing::tax_anew;
pub use void::{InvoiceVoided, VoidInvoice};
pub use write_off::WriteOffInvoice;
