//! The bytes that are hashed, and their SHA-256. This is the only place that lays them out.
//!
//! Every input starts with a tag byte, so that no hash of one kind can pass for another kind, and
//! (except for tree nodes and the empty root) with a version byte, [`VERSION`]. After that, fields
//! follow each other without separators. Their encoding:
//!
//! - `u8`, `i16`, `i64`: 1, 2, 8 bytes, big-endian two's complement;
//! - `uuid`: its 16 bytes; `hash`: its 32 bytes;
//! - `instant`: microseconds since 1970-01-01T00:00:00Z as `i64`;
//! - `text`, `bytes`: the length in bytes as 4 bytes big-endian, then the bytes (UTF-8 for text);
//! - `opt T`: the byte 0 if absent; the byte 1 and T if present.
//!
//! The inputs:
//!
//! - **event leaf** `0x00`: version, tenant_id uuid, log_id i16, position i64, aggregate_type
//!   text, aggregate_id uuid, sequence i64, event_type text, event_version text, event_id uuid,
//!   recorded_at instant, effective_at instant, command_id uuid, correlation_id uuid,
//!   causation_id opt uuid, actor text, payload bytes, metadata bytes
//! - **tree node** `0x01`: left hash, right hash (no version)
//! - **batch** `0x02`: version, log_id i16, batch_no i64, first_position i64, last_position i64,
//!   prev_hash hash, events_root hash, receipts_root hash, recorded_at instant
//! - **genesis** `0x03`: version, install_id uuid, log_id i16
//! - **receipt leaf** `0x04`: version, tenant_id uuid, key text, request_hash hash, command_id
//!   uuid, log_id i16, batch_no i64, outcome i16, first_position opt i64, last_position opt i64,
//!   answer bytes
//! - **empty root** `0x05`: nothing (no version)
//! - **anchor** `0x06`: version, log_id i16, position i64, batch_no i64, batch_hash hash, signed_at
//!   instant, key_id text; these bytes are signed, not hashed
//! - **snapshot digest** `0x07`: version, tenant_id uuid, aggregate_type text, aggregate_id uuid,
//!   sequence i64, state_schema_hash hash, state bytes; guards a cache and is no part of the chain
//!
//! How they hang together: the events root of a batch is the Merkle root (`merkle`) of its event
//! leaves in order of position; the receipts root that of its receipt leaves **in ascending order
//! of the leaf bytes** (receipts have no order of their own). `prev_hash` of batch 1 is the
//! genesis hash, of any other batch the hash of the batch before. A batch that holds receipts
//! only has `first_position = last_position + 1`, where `last_position` is that of the batch
//! before (0 at the start). Payload, metadata and answer are hashed as stored, byte for byte,
//! never after a parse.
//!
//! Guarantees: two different inputs never share bytes (each field is of fixed width or carries its
//! length). A text above 4 GiB would break that; PostgreSQL stores none above 1 GiB.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::hex;
use crate::recorded::RecordedRef;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The version byte of every layout in this module.
pub const VERSION: u8 = 1;

const EVENT: u8 = 0x00;
const NODE: u8 = 0x01;
const BATCH: u8 = 0x02;
const GENESIS: u8 = 0x03;
const RECEIPT: u8 = 0x04;
const EMPTY: u8 = 0x05;
const ANCHOR: u8 = 0x06;
const SNAPSHOT: u8 = 0x07;

/// An answered command, as hashed: every column of `receipts` but the leaf hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptRef<'a> {
    /// The seller.
    pub tenant_id: Uuid,
    /// The idempotency key, unique per tenant.
    pub key: &'a str,
    /// Hash of what was asked.
    pub request_hash: Hash,
    /// The command that was answered.
    pub command_id: Uuid,
    /// The log that took it.
    pub log_id: i16,
    /// The batch it was answered in.
    pub batch_no: i64,
    /// 0 accepted, 1 refused.
    pub outcome: i16,
    /// First event of the command; absent if it has none.
    pub first_position: Option<i64>,
    /// Last event of the command; absent if it has none.
    pub last_position: Option<i64>,
    /// The stored answer, byte for byte.
    pub answer: &'a str,
}

/// The header of a batch, as hashed: every column of `batches` but the batch hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchHeader {
    /// The log.
    pub log_id: i16,
    /// From 1, without gaps.
    pub batch_no: i64,
    /// Position of the first event; `last_position + 1` if the batch holds receipts only.
    pub first_position: i64,
    /// Position of the last event; that of the batch before if the batch holds receipts only.
    pub last_position: i64,
    /// Hash of the batch before, or [`genesis`].
    #[serde(with = "hex::array")]
    pub prev_hash: Hash,
    /// Merkle root of the event leaves.
    #[serde(with = "hex::array")]
    pub events_root: Hash,
    /// Merkle root of the receipt leaves, see [`sort_receipt_leaves`].
    #[serde(with = "hex::array")]
    pub receipts_root: Hash,
    /// The writer's instant, equal to `recorded_at` of the batch's events.
    pub recorded_at: DateTime<Utc>,
}

/// What an anchor's signature covers: every column of `anchors` but the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnchorRef<'a> {
    /// The log.
    pub log_id: i16,
    /// Position of the head at that batch.
    pub position: i64,
    /// The batch that is anchored.
    pub batch_no: i64,
    /// Its hash.
    pub batch_hash: Hash,
    /// When it was signed.
    pub signed_at: DateTime<Utc>,
    /// The key it was signed with.
    pub key_id: &'a str,
}

/// Hashes many leaves through one reused buffer.
#[derive(Debug, Default)]
pub struct Leaves {
    buffer: Vec<u8>,
}

impl Leaves {
    /// The leaf of one event; `leaf_hash` of the argument is not looked at.
    pub fn event(&mut self, event: &RecordedRef<'_>) -> Hash {
        self.buffer.clear();
        event_bytes(event, &mut self.buffer);
        digest(&self.buffer)
    }

    /// The leaf of one receipt.
    pub fn receipt(&mut self, receipt: &ReceiptRef<'_>) -> Hash {
        self.buffer.clear();
        receipt_bytes(receipt, &mut self.buffer);
        digest(&self.buffer)
    }
}

/// The leaf of one event; `leaf_hash` of the argument is not looked at.
pub fn event_leaf(event: &RecordedRef<'_>) -> Hash {
    Leaves::default().event(event)
}

/// The leaf of one receipt.
pub fn receipt_leaf(receipt: &ReceiptRef<'_>) -> Hash {
    Leaves::default().receipt(receipt)
}

/// Puts receipt leaves into the order in which they form the receipts root.
pub fn sort_receipt_leaves(leaves: &mut [Hash]) {
    leaves.sort_unstable();
}

/// An inner node of a Merkle tree.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([NODE]);
    hasher.update(left);
    hasher.update(right);
    hasher.finalize().into()
}

/// The root of a tree without leaves.
pub fn empty_root() -> Hash {
    digest(&[EMPTY])
}

/// The hash of a batch, and so the head of the chain.
pub fn batch_hash(batch: &BatchHeader) -> Hash {
    let mut out = Vec::with_capacity(160);
    out.extend_from_slice(&[BATCH, VERSION]);
    out.extend_from_slice(&batch.log_id.to_be_bytes());
    out.extend_from_slice(&batch.batch_no.to_be_bytes());
    out.extend_from_slice(&batch.first_position.to_be_bytes());
    out.extend_from_slice(&batch.last_position.to_be_bytes());
    out.extend_from_slice(&batch.prev_hash);
    out.extend_from_slice(&batch.events_root);
    out.extend_from_slice(&batch.receipts_root);
    put_instant(&mut out, batch.recorded_at);
    digest(&out)
}

/// What the first batch of a log hangs on: the `prev_hash` of batch 1 and the hash of an empty log.
pub fn genesis(install_id: Uuid, log_id: i16) -> Hash {
    let mut out = Vec::with_capacity(20);
    out.extend_from_slice(&[GENESIS, VERSION]);
    out.extend_from_slice(install_id.as_bytes());
    out.extend_from_slice(&log_id.to_be_bytes());
    digest(&out)
}

/// Appends the bytes of an event leaf to `out`.
pub fn event_bytes(event: &RecordedRef<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(&[EVENT, VERSION]);
    out.extend_from_slice(event.tenant_id.as_bytes());
    out.extend_from_slice(&event.log_id.to_be_bytes());
    out.extend_from_slice(&event.position.to_be_bytes());
    put_text(out, event.aggregate_type);
    out.extend_from_slice(event.aggregate_id.as_bytes());
    out.extend_from_slice(&event.sequence.to_be_bytes());
    put_text(out, event.event_type);
    put_text(out, event.event_version);
    out.extend_from_slice(event.event_id.as_bytes());
    put_instant(out, event.recorded_at);
    put_instant(out, event.effective_at);
    out.extend_from_slice(event.command_id.as_bytes());
    out.extend_from_slice(event.correlation_id.as_bytes());
    match event.causation_id {
        None => out.push(0),
        Some(id) => {
            out.push(1);
            out.extend_from_slice(id.as_bytes());
        }
    }
    put_text(out, event.actor);
    put_text(out, event.payload);
    put_text(out, event.metadata);
}

/// Appends the bytes of a receipt leaf to `out`.
pub fn receipt_bytes(receipt: &ReceiptRef<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(&[RECEIPT, VERSION]);
    out.extend_from_slice(receipt.tenant_id.as_bytes());
    put_text(out, receipt.key);
    out.extend_from_slice(&receipt.request_hash);
    out.extend_from_slice(receipt.command_id.as_bytes());
    out.extend_from_slice(&receipt.log_id.to_be_bytes());
    out.extend_from_slice(&receipt.batch_no.to_be_bytes());
    out.extend_from_slice(&receipt.outcome.to_be_bytes());
    put_optional(out, receipt.first_position);
    put_optional(out, receipt.last_position);
    put_text(out, receipt.answer);
}

/// The bytes an anchor's signature covers.
pub fn anchor_bytes(anchor: &AnchorRef<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(96);
    out.extend_from_slice(&[ANCHOR, VERSION]);
    out.extend_from_slice(&anchor.log_id.to_be_bytes());
    out.extend_from_slice(&anchor.position.to_be_bytes());
    out.extend_from_slice(&anchor.batch_no.to_be_bytes());
    out.extend_from_slice(&anchor.batch_hash);
    put_instant(&mut out, anchor.signed_at);
    put_text(&mut out, anchor.key_id);
    out
}

/// The digest of a snapshot of one stream (tenant, kind, id).
pub fn snapshot_digest(
    (tenant, kind, id): &(Uuid, &str, Uuid),
    sequence: i64,
    schema: &Hash,
    state: &str,
) -> Hash {
    let mut out = Vec::with_capacity(128 + state.len());
    out.extend_from_slice(&[SNAPSHOT, VERSION]);
    out.extend_from_slice(tenant.as_bytes());
    put_text(&mut out, kind);
    out.extend_from_slice(id.as_bytes());
    out.extend_from_slice(&sequence.to_be_bytes());
    out.extend_from_slice(schema);
    put_text(&mut out, state);
    digest(&out)
}

fn digest(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

fn put_instant(out: &mut Vec<u8>, instant: DateTime<Utc>) {
    out.extend_from_slice(&instant.timestamp_micros().to_be_bytes());
}

fn put_optional(out: &mut Vec<u8>, value: Option<i64>) {
    match value {
        None => out.push(0),
        Some(value) => {
            out.push(1);
            out.extend_from_slice(&value.to_be_bytes());
        }
    }
}
