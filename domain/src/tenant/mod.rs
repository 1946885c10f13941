//! A seller: whose books these are, how documents are numbered and dated, how its pages look.
//!
//! | state     | open | rename, set anything, move test clock | suspend   | resume | close  |
//! | --------- | ---- | ------------------------------------- | --------- | ------ | ------ |
//! | absent    | open | –                                     | –         | –      | –      |
//! | open      | –    | open                                  | suspended | –      | –      |
//! | suspended | –    | –                                     | –         | open   | closed |
//! | closed    | –    | –                                     | –         | –      | closed |
//!
//! Guarantees that invoices, credit notes and proformas never share a prefix, not even one that is
//! no longer used, so that no number is printed twice; that only a seller opened as a test has a
//! clock of its own; that one seller of an installation at most is its operator, and that nobody
//! closes the operator's books. Absent on purpose: people and their rights, the bytes of a logo,
//! and the counters themselves.

mod brand;
mod command;
mod decide;
mod error;
mod event;
mod host_name;
mod state;
#[cfg(test)]
mod tests;

pub use brand::{Brand, Footer};
pub use command::{OpenBooks, TenantCommand};
pub use error::TenantRefusal;
pub use event::TenantEvent;
pub use host_name::HostName;
pub use state::{Profile, Tenant, UsedPrefixes};
