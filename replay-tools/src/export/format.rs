//! The files of an export: a folder with `manifest.json` and zstd-compressed JSON lines.
//!
//! - `manifest.json`: what log it is, its head, and for each file the rows and the SHA-256 of its
//!   bytes
//! - `events-NNNNN.jsonl.zst`: events by position; payload and metadata are the stored bytes, so
//!   that hashes can be re-derived
//! - `batches-NNNNN.jsonl.zst`: batch headers by number
//! - `receipts-NNNNN.jsonl.zst`: receipts by batch number
//! - `anchors-NNNNN.jsonl.zst`: signed checkpoints by batch number
//!
//! Hashes and keys are lower-case hex, instants RFC 3339 in UTC with microseconds. An export holds
//! no keys: personal data in it stays sealed.

use billfold_event_store::canonical::{BatchHeader, Hash, ReceiptRef};
use billfold_event_store::hex;
use billfold_event_store::recorded::RecordedRef;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use uuid::Uuid;

/// The name and version of this layout.
pub const FORMAT: &str = "billfold-export/1";

/// What an export says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// The installation that wrote the log; part of the genesis hash.
    pub install_id: Uuid,
    /// The log.
    pub log_id: i16,
    /// Last position in the export.
    pub position: i64,
    /// Last batch in the export.
    pub batch_no: i64,
    /// Hash of that batch.
    #[serde(with = "hex::array")]
    pub batch_hash: Hash,
    /// When that batch was recorded.
    #[serde(with = "micros")]
    pub last_recorded_at: DateTime<Utc>,
    /// The files, in the order in which they were written.
    pub files: Vec<File>,
}

/// One file of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Name inside the folder.
    pub name: String,
    /// What its lines are.
    pub kind: Kind,
    /// Number of lines.
    pub rows: u64,
    /// SHA-256 of the compressed bytes.
    #[serde(with = "hex::array")]
    pub sha256: Hash,
}

/// What the lines of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// [`EventLine`]
    Events,
    /// [`BatchLine`]
    Batches,
    /// [`ReceiptLine`]
    Receipts,
    /// [`AnchorLine`]
    Anchors,
}

impl Kind {
    /// How the file's name begins.
    pub fn stem(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Batches => "batches",
            Self::Receipts => "receipts",
            Self::Anchors => "anchors",
        }
    }
}

/// An event as a line; the log id stands in the manifest.
#[derive(Debug, Serialize, Deserialize)]
pub struct EventLine<'a> {
    position: i64,
    tenant_id: Uuid,
    aggregate_type: &'a str,
    aggregate_id: Uuid,
    sequence: i64,
    event_type: &'a str,
    event_version: &'a str,
    event_id: Uuid,
    #[serde(with = "micros")]
    recorded_at: DateTime<Utc>,
    #[serde(with = "micros")]
    effective_at: DateTime<Utc>,
    command_id: Uuid,
    correlation_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    causation_id: Option<Uuid>,
    actor: &'a str,
    #[serde(with = "hex::array")]
    leaf_hash: Hash,
    #[serde(borrow)]
    payload: &'a RawValue,
    #[serde(borrow)]
    metadata: &'a RawValue,
}

impl<'a> EventLine<'a> {
    /// The line of a stored event.
    ///
    /// # Errors
    /// A payload or metadata that is not JSON.
    pub fn of(event: &RecordedRef<'a>) -> Result<Self, serde_json::Error> {
        Ok(Self {
            position: event.position,
            tenant_id: event.tenant_id,
            aggregate_type: event.aggregate_type,
            aggregate_id: event.aggregate_id,
            sequence: event.sequence,
            event_type: event.event_type,
            event_version: event.event_version,
            event_id: event.event_id,
            recorded_at: event.recorded_at,
            effective_at: event.effective_at,
            command_id: event.command_id,
            correlation_id: event.correlation_id,
            causation_id: event.causation_id,
            actor: event.actor,
            leaf_hash: event.leaf_hash,
            payload: serde_json::from_str(event.payload)?,
            metadata: serde_json::from_str(event.metadata)?,
        })
    }

    /// The stored event again.
    pub fn to_ref(&self, log_id: i16) -> RecordedRef<'_> {
        RecordedRef {
            log_id,
            position: self.position,
            tenant_id: self.tenant_id,
            aggregate_type: self.aggregate_type,
            aggregate_id: self.aggregate_id,
            sequence: self.sequence,
            event_type: self.event_type,
            event_version: self.event_version,
            event_id: self.event_id,
            recorded_at: self.recorded_at,
            effective_at: self.effective_at,
            command_id: self.command_id,
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            actor: self.actor,
            leaf_hash: self.leaf_hash,
            payload: self.payload.get(),
            metadata: self.metadata.get(),
        }
    }
}

/// A batch header as a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchLine {
    batch_no: i64,
    first_position: i64,
    last_position: i64,
    #[serde(with = "hex::array")]
    prev_hash: Hash,
    #[serde(with = "hex::array")]
    events_root: Hash,
    #[serde(with = "hex::array")]
    receipts_root: Hash,
    #[serde(with = "hex::array")]
    batch_hash: Hash,
    #[serde(with = "micros")]
    recorded_at: DateTime<Utc>,
}

impl BatchLine {
    /// The line of a stored header.
    pub fn of(header: &BatchHeader, batch_hash: Hash) -> Self {
        Self {
            batch_no: header.batch_no,
            first_position: header.first_position,
            last_position: header.last_position,
            prev_hash: header.prev_hash,
            events_root: header.events_root,
            receipts_root: header.receipts_root,
            batch_hash,
            recorded_at: header.recorded_at,
        }
    }

    /// The header again, and its stored hash.
    pub fn header(&self, log_id: i16) -> (BatchHeader, Hash) {
        let header = BatchHeader {
            log_id,
            batch_no: self.batch_no,
            first_position: self.first_position,
            last_position: self.last_position,
            prev_hash: self.prev_hash,
            events_root: self.events_root,
            receipts_root: self.receipts_root,
            recorded_at: self.recorded_at,
        };
        (header, self.batch_hash)
    }
}

/// A receipt as a line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReceiptLine {
    /// The seller.
    pub tenant_id: Uuid,
    /// The idempotency key.
    pub key: String,
    /// Hash of what was asked.
    #[serde(with = "hex::array")]
    pub request_hash: Hash,
    /// The command.
    pub command_id: Uuid,
    /// The batch.
    pub batch_no: i64,
    /// 0 accepted, 1 refused.
    pub outcome: i16,
    /// First event, if any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub first_position: Option<i64>,
    /// Last event, if any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_position: Option<i64>,
    /// The stored leaf.
    #[serde(with = "hex::array")]
    pub leaf_hash: Hash,
    /// The stored answer, byte for byte.
    pub answer: Box<RawValue>,
}

impl ReceiptLine {
    /// What is hashed of it.
    pub fn as_ref(&self, log_id: i16) -> ReceiptRef<'_> {
        ReceiptRef {
            tenant_id: self.tenant_id,
            key: &self.key,
            request_hash: self.request_hash,
            command_id: self.command_id,
            log_id,
            batch_no: self.batch_no,
            outcome: self.outcome,
            first_position: self.first_position,
            last_position: self.last_position,
            answer: self.answer.get(),
        }
    }
}

/// A signed checkpoint as a line.
pub use billfold_event_store::anchor::Anchor as AnchorLine;

mod micros {
    //! An instant as RFC 3339 with microseconds.
    use super::{DateTime, Deserialize, Deserializer, SecondsFormat, Serializer, Utc};
    use serde::de::Error;

    pub(super) fn serialize<S: Serializer>(at: &DateTime<Utc>, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&at.to_rfc3339_opts(SecondsFormat::Micros, true))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        input: D,
    ) -> Result<DateTime<Utc>, D::Error> {
        let text = String::deserialize(input)?;
        DateTime::parse_from_rfc3339(&text)
            .map(|at| at.with_timezone(&Utc))
            .map_err(D::Error::custom)
    }
}
