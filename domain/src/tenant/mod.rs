//! A seller: whose books these are, how documents are numbered and dated.
//!
//! | state     | open | rename, set VAT id, set numbers, move test clock | suspend   | resume |
//! | --------- | ---- | ------------------------------------------------ | --------- | ------ |
//! | absent    | open | –                                                | –         | –      |
//! | open      | –    | open                                             | suspended | –      |
//! | suspended | –    | –                                                | –         | open   |
//!
//! Guarantees that invoices, credit notes and proformas never share a prefix, so that no number is
//! printed twice, and that only a seller opened as a test has a clock of its own. Absent on
//! purpose: people and their rights, branding, and the counters themselves.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::{OpenBooks, TenantCommand};
pub use error::TenantRefusal;
pub use event::TenantEvent;
pub use state::{Profile, Tenant};
