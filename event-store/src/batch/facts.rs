//! What is known before a batch is decided, and as its commands are decided.
//!
//! Guarantees: every fact that a command of the batch named in its `Needs` is here, as of one head
//! of the log; the batch is stored only behind that head. Commands change it one after another, so
//! that each sees what those before it did. Absent on purpose: where the facts come from;
//! PostgreSQL and the in-memory log fill the same structure.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::canonical::Hash;
use crate::state::{AnyState, FoldError};
use crate::stream::{ClaimKey, StreamKey};

/// The facts of one batch.
pub(crate) struct Facts {
    pub(crate) head: Head,
    pub(crate) streams: HashMap<StreamKey, StreamFact>,
    pub(crate) receipts: HashMap<(Uuid, String), StoredReceipt>,
    pub(crate) counters: HashMap<(Uuid, String), CounterFact>,
    pub(crate) claims: HashMap<(Uuid, ClaimKey), ClaimFact>,
}

impl Facts {
    /// Nothing but the head.
    pub(crate) fn new(head: Head) -> Self {
        Self {
            head,
            streams: HashMap::new(),
            receipts: HashMap::new(),
            counters: HashMap::new(),
            claims: HashMap::new(),
        }
    }
}

/// The end of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) log_id: i16,
    pub(crate) position: i64,
    pub(crate) batch_no: i64,
    pub(crate) batch_hash: Hash,
    pub(crate) last_recorded_at: DateTime<Utc>,
}

/// One stream: its version and folded state.
#[derive(Clone)]
pub(crate) struct StreamFact {
    pub(crate) version: i64,
    pub(crate) state: Result<Arc<dyn AnyState>, FoldError>,
    /// Position of the last event that this batch appended.
    pub(crate) appended: Option<i64>,
}

impl StreamFact {
    /// A stream as stored.
    pub(crate) fn stored(version: i64, state: Result<Arc<dyn AnyState>, FoldError>) -> Self {
        Self { version, state, appended: None }
    }
}

/// The last number of a series.
#[derive(Debug, Clone, Default)]
pub(crate) struct CounterFact {
    pub(crate) last: Option<(u64, NaiveDate)>,
    pub(crate) changed: bool,
}

/// Who holds a claim.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClaimFact {
    pub(crate) holder: Option<Holder>,
    /// Position of the event of this batch that took the claim or gave it up.
    pub(crate) changed: Option<i64>,
}

/// A holder of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Holder {
    /// A stream of a known kind.
    Stream(StreamKey),
    /// A stream of a kind that only a newer build knows.
    Unknown {
        /// The stored name of the kind.
        kind: String,
    },
}

/// A receipt as stored, with what its batch says.
#[derive(Debug, Clone)]
pub(crate) struct StoredReceipt {
    pub(crate) request_hash: Hash,
    pub(crate) accepted: bool,
    pub(crate) first_position: Option<i64>,
    pub(crate) last_position: Option<i64>,
    pub(crate) batch_no: i64,
    pub(crate) batch_hash: Hash,
    pub(crate) versions: Vec<(StreamKey, i64)>,
    pub(crate) answer: Box<RawValue>,
}
