//! JSON over HTTP.
//!
//! Guarantees: every error is an RFC 9457 problem ([`problem`]); every body, query and id is read by
//! [`receive`]; every request passes [`layers`].
//! Absent on purpose: rules of billing, SQL and HTML.

pub mod layers;
pub mod problem;
pub mod receive;
