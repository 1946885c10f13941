//! From stored bytes to typed events.
//!
//! Guarantees that an event of any version ever released reads as its current form, and that an
//! unknown type or version fails loudly instead of being skipped. Absent on purpose: the log
//! itself; this module sees bytes and headers only.

mod catalogue;
mod decode;
mod upcast;

#[cfg(test)]
mod tests;

pub use catalogue::{current_version, event_types};
pub use decode::{DecodeError, Event, State, decode};
pub use upcast::{UpcastError, cqrs_upcasters, upcast};
