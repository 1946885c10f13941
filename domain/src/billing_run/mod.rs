//! A billing run: what was to be billed by a day, and how it ended.
//!
//! | state   | start   | end     | resume  |
//! | ------- | ------- | ------- | ------- |
//! | absent  | running | –       | –       |
//! | running | –       | ended   | –       |
//! | halted  | –       | –       | running |
//! | ended   | –       | –       | –       |
//!
//! Guarantees that what a run says of itself adds up: planned = issued + skipped + quarantined, and
//! that no account is set aside twice (SUB-14). A run that a dead process left behind is still
//! running, and whoever takes it up goes on. Absent on purpose: the documents, which name the run
//! as what caused them, and which accounts are due.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::{BillingRunCommand, EndRun, SetAside, StartRun};
pub use error::BillingRunRefusal;
pub use event::{BillingRunEvent, HaltReason, Tally};
pub use state::{BillingRun, Course};
