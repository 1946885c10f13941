//! What the system does: the door for commands, the vault, access, imports, and the ports they
//! need.
//!
//! Guarantees: every write of history goes through [`commands::Door`]; personal data is sealed
//! before it reaches an event; nothing here knows SQL, HTTP or a vendor. Absent on purpose: read
//! models (`projections`) and drivers (`adapters`).

pub mod access;
pub mod billing_run;
pub mod client_search;
pub mod commands;
pub mod demo;
pub mod dunning_run;
pub mod effects;
mod error;
pub mod expiry_run;
pub mod imports;
pub mod mint;
pub mod origins;
pub mod pictures;
pub mod ports;
pub mod recognition_run;
pub mod resellers;
pub mod retention;
pub mod schedules;
pub mod settings;
pub mod subject_export;
pub mod tenancy;
pub mod test_clock;
pub mod vault;
pub mod webhooks;

pub use error::{Error, Field, Kind, Refused, Waiting};
