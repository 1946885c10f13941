//! The rows a verifier is fed with, besides events.

use uuid::Uuid;

use crate::canonical::{BatchHeader, Hash, ReceiptRef};
use crate::copy::binary::Fields;
use crate::feed::ReadError;

/// One row of `batches`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchRow {
    /// All columns but the hash.
    pub header: BatchHeader,
    /// The hash, as stored.
    pub batch_hash: Hash,
}

/// One row of `receipts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptRow<'a> {
    /// All columns but the leaf hash.
    pub receipt: ReceiptRef<'a>,
    /// The leaf hash, as stored.
    pub leaf_hash: Hash,
}

/// One row of `streams`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamRow<'a> {
    /// The seller.
    pub tenant_id: Uuid,
    /// The kind of stream.
    pub aggregate_type: &'a str,
    /// The stream.
    pub aggregate_id: Uuid,
    /// Sequence of its newest event.
    pub last_sequence: i64,
    /// Position of its newest event.
    pub last_position: i64,
}

impl BatchRow {
    pub(super) const COLUMNS: &'static str = "log_id, batch_no, first_position, last_position, \
         prev_hash, events_root, receipts_root, batch_hash, recorded_at";

    pub(super) fn read(mut fields: Fields<'_>) -> Result<Self, ReadError> {
        let log_id = fields.int2("batches.log_id")?;
        let batch_no = fields.int8("batches.batch_no")?;
        let first_position = fields.int8("batches.first_position")?;
        let last_position = fields.int8("batches.last_position")?;
        let prev_hash = fields.hash("batches.prev_hash")?;
        let events_root = fields.hash("batches.events_root")?;
        let receipts_root = fields.hash("batches.receipts_root")?;
        let batch_hash = fields.hash("batches.batch_hash")?;
        let recorded_at = fields.instant("batches.recorded_at")?;
        let header = BatchHeader {
            log_id,
            batch_no,
            first_position,
            last_position,
            prev_hash,
            events_root,
            receipts_root,
            recorded_at,
        };
        Ok(Self { header, batch_hash })
    }
}

impl<'a> ReceiptRow<'a> {
    pub(super) const COLUMNS: &'static str = "tenant_id, key, request_hash, command_id, log_id, \
         batch_no, outcome, first_position, last_position, answer, leaf_hash";

    pub(super) fn read(mut fields: Fields<'a>) -> Result<Self, ReadError> {
        let receipt = ReceiptRef {
            tenant_id: fields.uuid("receipts.tenant_id")?,
            key: fields.text("receipts.key")?,
            request_hash: fields.hash("receipts.request_hash")?,
            command_id: fields.uuid("receipts.command_id")?,
            log_id: fields.int2("receipts.log_id")?,
            batch_no: fields.int8("receipts.batch_no")?,
            outcome: fields.int2("receipts.outcome")?,
            first_position: fields.optional_int8("receipts.first_position")?,
            last_position: fields.optional_int8("receipts.last_position")?,
            answer: fields.text("receipts.answer")?,
        };
        Ok(Self { receipt, leaf_hash: fields.hash("receipts.leaf_hash")? })
    }
}

impl<'a> StreamRow<'a> {
    pub(super) const COLUMNS: &'static str =
        "tenant_id, aggregate_type, aggregate_id, last_sequence, last_position";

    pub(super) fn read(mut fields: Fields<'a>) -> Result<Self, ReadError> {
        Ok(Self {
            tenant_id: fields.uuid("streams.tenant_id")?,
            aggregate_type: fields.text("streams.aggregate_type")?,
            aggregate_id: fields.uuid("streams.aggregate_id")?,
            last_sequence: fields.int8("streams.last_sequence")?,
            last_position: fields.int8("streams.last_position")?,
        })
    }
}
