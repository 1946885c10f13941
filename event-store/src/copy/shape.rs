//! How much of each event a replay reads. Fewer columns are fewer bytes; a fold that asks for
//! [`Fact`] cannot look at a column that was not read.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::binary::Fields;
use crate::feed::ReadError;
use crate::recorded::{COLUMNS, Recorded, RecordedRef};

/// A selection of the columns of `events`.
pub trait Shape: Send + 'static {
    /// One event, borrowed from the block it was read into.
    type Row<'a>;
    /// The columns of the select list.
    const COLUMNS: &'static str;
    /// Reads one row, whose fields are those of [`Shape::COLUMNS`].
    ///
    /// # Errors
    /// [`ReadError::Malformed`].
    fn read<'a>(fields: &mut Fields<'a>) -> Result<Self::Row<'a>, ReadError>;
    /// The row's position in the log.
    fn position(row: &Self::Row<'_>) -> i64;
}

/// Every column.
#[derive(Debug, Clone, Copy)]
pub struct Whole;

/// What most read models fold: who it concerns, what happened, when; not who did it or how it is
/// proved.
#[derive(Debug, Clone, Copy)]
pub struct Fact;

/// One event as [`Fact`] reads it. The fields are those of [`RecordedRef`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactRef<'a> {
    /// See [`RecordedRef::position`].
    pub position: i64,
    /// See [`RecordedRef::tenant_id`].
    pub tenant_id: Uuid,
    /// See [`RecordedRef::aggregate_type`].
    pub aggregate_type: &'a str,
    /// See [`RecordedRef::aggregate_id`].
    pub aggregate_id: Uuid,
    /// See [`RecordedRef::sequence`].
    pub sequence: i64,
    /// See [`RecordedRef::event_type`].
    pub event_type: &'a str,
    /// See [`RecordedRef::event_version`].
    pub event_version: &'a str,
    /// See [`RecordedRef::recorded_at`].
    pub recorded_at: DateTime<Utc>,
    /// See [`RecordedRef::effective_at`].
    pub effective_at: DateTime<Utc>,
    /// See [`RecordedRef::payload`].
    pub payload: &'a str,
}

impl<'a> From<RecordedRef<'a>> for FactRef<'a> {
    fn from(event: RecordedRef<'a>) -> Self {
        Self {
            position: event.position,
            tenant_id: event.tenant_id,
            aggregate_type: event.aggregate_type,
            aggregate_id: event.aggregate_id,
            sequence: event.sequence,
            event_type: event.event_type,
            event_version: event.event_version,
            recorded_at: event.recorded_at,
            effective_at: event.effective_at,
            payload: event.payload,
        }
    }
}

impl<'a> From<&'a Recorded> for FactRef<'a> {
    fn from(event: &'a Recorded) -> Self {
        event.as_ref().into()
    }
}

impl Shape for Whole {
    type Row<'a> = RecordedRef<'a>;
    const COLUMNS: &'static str = COLUMNS;

    fn read<'a>(fields: &mut Fields<'a>) -> Result<RecordedRef<'a>, ReadError> {
        Ok(RecordedRef {
            log_id: fields.int2("log_id")?,
            position: fields.int8("position")?,
            tenant_id: fields.uuid("tenant_id")?,
            aggregate_type: fields.text("aggregate_type")?,
            aggregate_id: fields.uuid("aggregate_id")?,
            sequence: fields.int8("sequence")?,
            event_type: fields.text("event_type")?,
            event_version: fields.text("event_version")?,
            event_id: fields.uuid("event_id")?,
            recorded_at: fields.instant("recorded_at")?,
            effective_at: fields.instant("effective_at")?,
            command_id: fields.uuid("command_id")?,
            correlation_id: fields.uuid("correlation_id")?,
            causation_id: fields.optional_uuid("causation_id")?,
            actor: fields.text("actor")?,
            leaf_hash: fields.hash("leaf_hash")?,
            payload: fields.text("payload")?,
            metadata: fields.text("metadata")?,
        })
    }

    fn position(row: &RecordedRef<'_>) -> i64 {
        row.position
    }
}

impl Shape for Fact {
    type Row<'a> = FactRef<'a>;
    const COLUMNS: &'static str = "position, tenant_id, aggregate_type, aggregate_id, sequence, \
         event_type, event_version, recorded_at, effective_at, payload";

    fn read<'a>(fields: &mut Fields<'a>) -> Result<FactRef<'a>, ReadError> {
        Ok(FactRef {
            position: fields.int8("position")?,
            tenant_id: fields.uuid("tenant_id")?,
            aggregate_type: fields.text("aggregate_type")?,
            aggregate_id: fields.uuid("aggregate_id")?,
            sequence: fields.int8("sequence")?,
            event_type: fields.text("event_type")?,
            event_version: fields.text("event_version")?,
            recorded_at: fields.instant("recorded_at")?,
            effective_at: fields.instant("effective_at")?,
            payload: fields.text("payload")?,
        })
    }

    fn position(row: &FactRef<'_>) -> i64 {
        row.position
    }
}
