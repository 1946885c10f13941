//! Use cases about a payment: record by hand, charge through a gateway, match later.
//!
//! A payment and the invoices it pays change in one append: there is no moment in which money
//! arrived and is nowhere.

mod charge;
mod matching;
mod pay;
mod record;
mod settle;

pub use charge::{ChargeInvoice, ChargeOutcome, InvoiceCharged};
pub use matching::MatchPayment;
pub use pay::PayInvoice;
pub use record::{MANUAL_METHODS, PaymentRecorded, Pays, RecordPayment, ShareOf};
pub(super) use settle::settle;
