//! A proforma: what an invoice would say, shown before there is one.
//!
//! | state     | issue | convert   | withdraw  |
//! | --------- | ----- | --------- | --------- |
//! | absent    | open  | –         | –         |
//! | open      | –     | converted | withdrawn |
//! | converted | –     | –         | –         |
//! | withdrawn | –     | –         | –         |
//!
//! Guarantees: it has a number of a series of its own, outside the fiscal ones; it owes nobody
//! anything, has no effect on taxes and posts nothing; it becomes an invoice once, dated the day
//! of the payment or the command (billing-rules.md §3). Absent on purpose: payments, which pay the
//! invoice it becomes.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::{IssueProforma, ProformaCommand};
pub use error::ProformaRefusal;
pub use event::{IssuedProforma, ProformaEvent};
pub use state::Proforma;
