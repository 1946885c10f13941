//! JSON over HTTP.
//!
//! Guarantees: every error is an RFC 9457 problem ([`problem`]); every body, query and id is read by
//! [`receive`]; every caller is known and may do what it asks ([`auth`]); every request passes [`layers`].
//! Absent on purpose: rules of billing, SQL and HTML.

pub mod auth;
pub mod layers;
pub mod problem;
pub mod receive;
mod refusal;
