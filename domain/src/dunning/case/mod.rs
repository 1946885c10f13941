//! A dunning case: dunning for one invoice, from its first day to its end.
//!
//! | state   | open   | advance       | promise, hold, release | stop    |
//! | ------- | ------ | ------------- | ---------------------- | ------- |
//! | absent  | open   | –             | –                      | –       |
//! | open    | –      | open, stopped | open                   | stopped |
//! | stopped | open   | –             | –                      | –       |
//!
//! A case stopped because nothing was owed any more may open anew: a refund or a chargeback makes
//! the invoice owed again. One that somebody stopped, or that ended the service, may not.
//!
//! Guarantees that the strategy is the one the case was opened with, whatever becomes of it, and
//! that stages are taken in order, each once, and never after payment; see
//! [`next_step`](crate::dunning::next_step()). What is paid lifts a suspension: the event that
//! stops the case says so (SUB-19). Absent on purpose: the facts of the invoice, which come with
//! the request to advance; postings, because a late fee is a line of an invoice; and attempts to
//! pay, which belong to payments.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::{DunningCaseCommand, OpenCase};
pub use error::CaseRefusal;
pub use event::{DunningCaseEvent, PauseReason, StopReason};
pub use state::{DunningCase, OpenedCase};
