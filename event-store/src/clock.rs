//! Where the log takes its time from.
//!
//! Guarantees: nothing in this crate reads the wall clock by itself. What the log records is cut to
//! microseconds and never falls, whatever the clock does.

use chrono::{DateTime, Utc};

/// The present. The server hands in the wall clock; tests and test tenants hand in one they can
/// move.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
}
