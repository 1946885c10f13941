//! billfold-event-store

pub mod canonical;
pub mod merkle;
pub mod recorded;

pub use recorded::{Recorded, RecordedRef};
