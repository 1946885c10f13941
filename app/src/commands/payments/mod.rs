//! Use cases about a payment: record by hand, charge through a gateway, match, take back, refund,
//! dispute.
//!
//! A payment and the invoices it pays change in one append: there is no moment in which money
//! arrived and is nowhere, or went back and still pays something.

mod attempt;
mod charge;
mod dispute;
mod matching;
mod pay;
mod record;
mod refund;
mod refund_invoice;
mod settle;
mod taking_back;
mod unmatch;

pub use attempt::RecordAttempt;
pub use charge::{ChargeInvoice, ChargeOutcome, InvoiceCharged};
pub use dispute::{
    AfterLoss, ChargeDisputeFee, DisputeOpened, LoseDispute, OpenDispute, WinDispute,
};
pub use matching::MatchPayment;
pub use pay::PayInvoice;
pub use record::{MANUAL_METHODS, PaymentRecorded, Pays, RecordPayment, ShareOf};
pub use refund::{ConfirmRefund, FailRefund, RefundPayment, RefundRequested};
pub use refund_invoice::RefundInvoice;
pub(super) use settle::settle;
pub use unmatch::UnmatchPayment;
