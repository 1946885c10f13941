//! How the log holds folded states without knowing what is in them.
//!
//! The owner of an aggregate registers one [`StateKind`] per kind of stream. The writer then folds
//! stored events with it, keeps the states in a bounded cache and lends them to decisions. Absent
//! on purpose: serde bounds and aggregate traits; how events are decoded is the kind's own matter.

use std::any::Any;

use thiserror::Error;

use crate::canonical::Hash;
use crate::recorded::RecordedRef;

/// A folded state of any type.
pub trait AnyState: Any + Send + Sync {
    /// A copy that can be changed without changing this one.
    fn clone_box(&self) -> Box<dyn AnyState>;
    /// Roughly how many bytes the state holds, heap included; what the cache counts.
    fn weight(&self) -> usize;
}

/// One kind of stream: how its state begins and how an event changes it.
pub trait StateKind: Send + Sync {
    /// The kind's name, as in `events.aggregate_type`.
    fn name(&self) -> &'static str;
    /// The state of a stream that has no events.
    fn blank(&self) -> Box<dyn AnyState>;
    /// Applies one stored event. Called in order of sequence, never twice for one event.
    ///
    /// # Errors
    /// [`FoldError::Newer`] for a type or version this build does not know, [`FoldError::Broken`]
    /// for bytes it knows but cannot read. The state is thrown away after an error.
    fn fold(&self, state: &mut dyn AnyState, event: &RecordedRef<'_>) -> Result<(), FoldError>;
    /// Changes whenever the JSON form of the state changes; snapshots with another hash are not
    /// used.
    fn state_schema_hash(&self) -> Hash;
    /// The state as JSON for a snapshot; nothing if this kind has none.
    fn to_json(&self, _state: &dyn AnyState) -> Option<String> {
        None
    }
    /// The state from a snapshot; nothing if it cannot be read, and then the events are folded.
    fn read_json(&self, _json: &str) -> Option<Box<dyn AnyState>> {
        None
    }
}

/// Why a stored event could not be folded.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FoldError {
    /// Written by a newer build (rolling upgrade): this one must not decide on the stream.
    #[error(
        "{event_type} version {event_version} is newer than this build knows; upgrade this node"
    )]
    Newer {
        /// The event's type.
        event_type: String,
        /// The event's version.
        event_version: String,
    },
    /// The stored bytes do not fit the schema they name.
    #[error("stored event cannot be read: {0}")]
    Broken(String),
}
