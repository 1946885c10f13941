//! The outside world: one vendor a file, and the tables whose rows are state, not history.
//!
//! Guarantees: everything here implements a port of `app`; nothing here decides a business rule.
//! Absent on purpose: events and read models, which belong to the log and to `projections`.

mod addresses;
pub mod gateways;
pub mod identity;
pub mod mail;
mod outbound;
pub mod passwords;
pub mod postgres;
pub mod statements;
pub mod tls;
pub mod webhooks;

pub use outbound::{NoOutbound, Outbound};
