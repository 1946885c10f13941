//! Imports: what another system recorded becomes dated events, through the same door as everything
//! else (MIG-04).
//!
//! Guarantees: a record's identity decides its ids and its idempotency key, so that a second run or
//! an overlapping file adds nothing; a bad record is refused with its place and reason and stops
//! nobody else.

pub mod history;
pub mod purchases;
