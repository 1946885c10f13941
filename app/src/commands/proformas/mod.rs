//! Use cases about a proforma: issue from a draft, convert, pay, withdraw.

mod convert;
mod issue;
mod withdraw;

pub use convert::{ConvertProforma, PayProforma, ProformaPaid};
pub use issue::{IssueProforma, ProformaIssued};
pub use withdraw::WithdrawProforma;
