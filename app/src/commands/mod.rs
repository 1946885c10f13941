//! The only door for writes of history, and the use cases that may be asked of it, one file each.
//!
//! `Ask` (who, for whom, under which key, what) goes in, `Done` (answer, position, versions) comes
//! out. A use case plans while waiting is allowed (load, seal, call a gateway) and decides under
//! the head lock, where it sees the newest facts (D7, ES-10, ES-11, ES-21).
//! Absent on purpose: authorisation (the edges check scopes before they ask) and reading
//! (projections).

pub mod accounting_periods;
pub mod affiliates;
pub mod api_keys;
pub mod approvals;
mod ask;
pub mod avatars;
pub mod billing_runs;
pub mod client_groups;
pub mod clients;
pub mod coupons;
mod credit;
pub mod data_subjects;
pub mod departments;
mod door;
pub mod dunning;
pub mod gift_cards;
mod held;
pub mod invoices;
pub mod orders;
pub mod payment_methods;
pub mod payments;
mod plan;
pub mod products;
pub mod proformas;
pub mod purchases;
pub mod recognition;
mod request_hash;
pub mod roles;
mod room;
pub mod sign_ins;
pub mod staff;
pub mod subscriptions;
mod table;
pub mod tax_rates;
pub mod tenants;
pub mod webhook_endpoints;

pub(crate) use ask::cut;
pub use ask::{Ask, Cause, Done, RequestOrigin};
pub(crate) use door::Planned;
pub use door::{Door, DoorParts};
pub use held::{Held, Stored, kinds};
pub(crate) use plan::tenant_stream;
pub use plan::{Plan, Touches, UseCase, stream};
pub use room::Room;
pub use table::{No, Table};
