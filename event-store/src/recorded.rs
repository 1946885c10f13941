//! One event as it lies in the log: every column of `events`, in the order of the table.
//!
//! Guarantees: payload and metadata are the exact stored bytes (the hash chain covers them, and
//! `json` keeps them), instants are whole microseconds. Absent on purpose: typed payloads.
//! Decoding belongs to whoever owns the event's schema; the log knows bytes and headers only.

use chrono::{DateTime, Utc};
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::canonical::Hash;

/// The columns of `events` in the order `Recorded::from_row` and the COPY reader expect them.
pub const COLUMNS: &str = "log_id, position, tenant_id, aggregate_type, aggregate_id, sequence, \
     event_type, event_version, event_id, recorded_at, effective_at, command_id, correlation_id, \
     causation_id, actor, leaf_hash, payload, metadata";

/// A stored event, borrowed from the buffer it was read into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedRef<'a> {
    /// The log (chain) the event belongs to; 1 unless tenants were sharded.
    pub log_id: i16,
    /// Place in the log: from 1, without gaps, in commit order.
    pub position: i64,
    /// The seller that owns the stream.
    pub tenant_id: Uuid,
    /// The kind of stream, such as `invoice`.
    pub aggregate_type: &'a str,
    /// The stream.
    pub aggregate_id: Uuid,
    /// Place in the stream: from 1, without gaps.
    pub sequence: i64,
    /// What happened, such as `invoice.issued`.
    pub event_type: &'a str,
    /// Version of the payload's schema, such as `1`.
    pub event_version: &'a str,
    /// Identity of the event (UUIDv7).
    pub event_id: Uuid,
    /// When the log took it: the writer's clock, in whole microseconds, never falling within a log.
    pub recorded_at: DateTime<Utc>,
    /// When it holds in business time.
    pub effective_at: DateTime<Utc>,
    /// The command that caused it; all events of one command share it.
    pub command_id: Uuid,
    /// The business process it belongs to.
    pub correlation_id: Uuid,
    /// The event or command that led to the command, if it was not a person.
    pub causation_id: Option<Uuid>,
    /// Who did it: `staff:<uuid>`, `key:<uuid>`, `client:<uuid>`, `system:<name>`, `import:<name>`.
    pub actor: &'a str,
    /// `canonical::event_leaf` of all other columns, as stored.
    pub leaf_hash: Hash,
    /// The event's JSON, byte for byte as stored.
    pub payload: &'a str,
    /// A flat JSON object of strings, byte for byte as stored.
    pub metadata: &'a str,
}

impl RecordedRef<'_> {
    /// The same event, owning its text.
    pub fn to_recorded(&self) -> Recorded {
        Recorded {
            log_id: self.log_id,
            position: self.position,
            tenant_id: self.tenant_id,
            aggregate_type: self.aggregate_type.to_owned(),
            aggregate_id: self.aggregate_id,
            sequence: self.sequence,
            event_type: self.event_type.to_owned(),
            event_version: self.event_version.to_owned(),
            event_id: self.event_id,
            recorded_at: self.recorded_at,
            effective_at: self.effective_at,
            command_id: self.command_id,
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            actor: self.actor.to_owned(),
            leaf_hash: self.leaf_hash,
            payload: self.payload.to_owned(),
            metadata: self.metadata.to_owned(),
        }
    }
}

/// A stored event that owns its text; the fields are those of [`RecordedRef`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// See [`RecordedRef::log_id`].
    pub log_id: i16,
    /// See [`RecordedRef::position`].
    pub position: i64,
    /// See [`RecordedRef::tenant_id`].
    pub tenant_id: Uuid,
    /// See [`RecordedRef::aggregate_type`].
    pub aggregate_type: String,
    /// See [`RecordedRef::aggregate_id`].
    pub aggregate_id: Uuid,
    /// See [`RecordedRef::sequence`].
    pub sequence: i64,
    /// See [`RecordedRef::event_type`].
    pub event_type: String,
    /// See [`RecordedRef::event_version`].
    pub event_version: String,
    /// See [`RecordedRef::event_id`].
    pub event_id: Uuid,
    /// See [`RecordedRef::recorded_at`].
    pub recorded_at: DateTime<Utc>,
    /// See [`RecordedRef::effective_at`].
    pub effective_at: DateTime<Utc>,
    /// See [`RecordedRef::command_id`].
    pub command_id: Uuid,
    /// See [`RecordedRef::correlation_id`].
    pub correlation_id: Uuid,
    /// See [`RecordedRef::causation_id`].
    pub causation_id: Option<Uuid>,
    /// See [`RecordedRef::actor`].
    pub actor: String,
    /// See [`RecordedRef::leaf_hash`].
    pub leaf_hash: Hash,
    /// See [`RecordedRef::payload`].
    pub payload: String,
    /// See [`RecordedRef::metadata`].
    pub metadata: String,
}

impl Recorded {
    /// The same event, borrowed.
    pub fn as_ref(&self) -> RecordedRef<'_> {
        RecordedRef {
            log_id: self.log_id,
            position: self.position,
            tenant_id: self.tenant_id,
            aggregate_type: &self.aggregate_type,
            aggregate_id: self.aggregate_id,
            sequence: self.sequence,
            event_type: &self.event_type,
            event_version: &self.event_version,
            event_id: self.event_id,
            recorded_at: self.recorded_at,
            effective_at: self.effective_at,
            command_id: self.command_id,
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            actor: &self.actor,
            leaf_hash: self.leaf_hash,
            payload: &self.payload,
            metadata: &self.metadata,
        }
    }

    /// Reads a row whose columns are [`COLUMNS`], in that order.
    ///
    /// # Errors
    /// A column of another type, a null where none may be, or a leaf hash that is not 32 bytes.
    pub fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            log_id: row.try_get(0)?,
            position: row.try_get(1)?,
            tenant_id: row.try_get(2)?,
            aggregate_type: row.try_get(3)?,
            aggregate_id: row.try_get(4)?,
            sequence: row.try_get(5)?,
            event_type: row.try_get(6)?,
            event_version: row.try_get(7)?,
            event_id: row.try_get(8)?,
            recorded_at: row.try_get(9)?,
            effective_at: row.try_get(10)?,
            command_id: row.try_get(11)?,
            correlation_id: row.try_get(12)?,
            causation_id: row.try_get(13)?,
            actor: row.try_get(14)?,
            leaf_hash: row.try_get(15)?,
            // json travels as its own text, so the bytes need no parse; sqlx only knows it as a
            // tree
            payload: row.try_get_unchecked(16)?,
            metadata: row.try_get_unchecked(17)?,
        })
    }
}
