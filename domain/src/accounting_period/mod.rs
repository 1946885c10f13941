//! Accounting periods: which months of a seller's books are closed (EVT-11).
//!
//! | state                | close a month         | ask to reopen   | reopen            | adjust |
//! | -------------------- | --------------------- | --------------- | ----------------- | ------ |
//! | nothing closed       | any that is over      | –               | –                 | always |
//! | closed through month | the next one          | the last closed | –                 | after  |
//! | reopening asked      | the next one (lapses) | the last closed | by another person | after  |
//!
//! One stream per seller, so that the first open day is known from one state. Months are open until
//! they are closed and need no event for it; closing one closes all before it. Guarantees that a
//! month is closed only once it is over at the seller's place, and that nobody reopens one alone.
//!
//! A closed month keeps its figures: a fact whose day lies in it is posted on the first open day
//! and keeps its true day ([`posting_day`]). What counts is the order of the log: what was posted
//! before the closing stays where it is. Absent on purpose: a lock on other commands, which go on
//! unhindered, and what a closing should be checked against.

mod command;
mod decide;
mod error;
mod event;
mod month;
mod state;
#[cfg(test)]
mod tests;

pub use command::{AccountingPeriodCommand, PostAdjustment};
pub use error::AccountingPeriodRefusal;
pub use event::{AccountingPeriodEvent, Adjustment, AdjustmentLine};
pub use month::Month;
pub use state::{AccountingPeriod, Asked, posting_day};
