//! JSON over HTTP.
//!
//! Guarantees: every error is an RFC 9457 problem ([`problem`]); every body, query and id is read
//! by [`receive`]; every caller is known and may do what it asks ([`auth`]); every request passes
//! [`layers`]. Absent on purpose: rules of billing, SQL and HTML.

mod answer;
pub mod auth;
mod docs;
pub mod layers;
mod openapi;
mod operations;
pub mod problem;
pub mod receive;
mod refusal;
mod router;
mod state;
mod v1;
mod waits;
pub mod wire;

pub use router::{document, operations, router};
pub use state::{ApiParts, ApiState, Figures};
