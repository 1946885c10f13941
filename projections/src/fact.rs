//! One event as a fold sees it: the header at once, the content when asked for.
//!
//! Guarantees: an event is decoded and posted at most once however many projections read it, and a
//! projection that needs no content never causes a decode. Absent on purpose: metadata, which no
//! fold reads (reads that show it join the log), and loading anything else.

use std::ops::Deref;
use std::sync::OnceLock;

use billfold_domain::kernel::TenantId;
use billfold_domain::ledger::{self, Posting};
use billfold_domain::schema::{self, Event};
use billfold_event_store::copy::{self, binary::Fields};
use billfold_event_store::feed::ReadError;
use billfold_event_store::{Recorded, RecordedRef};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::projection::FoldError;

/// The columns of an event that folds may read; each as in [`RecordedRef`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// Place in the log.
    pub position: i64,
    /// The seller that owns the stream.
    pub tenant_id: Uuid,
    /// The kind of stream.
    pub aggregate_type: &'a str,
    /// The stream.
    pub aggregate_id: Uuid,
    /// Place in the stream.
    pub sequence: i64,
    /// What happened, such as `invoice.issued`.
    pub event_type: &'a str,
    /// Version of the payload.
    pub event_version: &'a str,
    /// Identity of the event.
    pub event_id: Uuid,
    /// When the log took it.
    pub recorded_at: DateTime<Utc>,
    /// When it holds in business time.
    pub effective_at: DateTime<Utc>,
    /// The business process it belongs to.
    pub correlation_id: Uuid,
    /// What led to the command, if it was not a person.
    pub causation_id: Option<Uuid>,
    /// Who did it.
    pub actor: &'a str,
    /// The event's JSON as stored.
    pub payload: &'a str,
}

impl<'a> From<RecordedRef<'a>> for Header<'a> {
    fn from(event: RecordedRef<'a>) -> Self {
        Self {
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
            correlation_id: event.correlation_id,
            causation_id: event.causation_id,
            actor: event.actor,
            payload: event.payload,
        }
    }
}

/// Reads [`Header`]s in a replay.
#[derive(Debug, Clone, Copy)]
pub struct Headers;

impl copy::Shape for Headers {
    type Row<'a> = Header<'a>;
    const COLUMNS: &'static str = "position, tenant_id, aggregate_type, aggregate_id, sequence, \
         event_type, event_version, event_id, recorded_at, effective_at, correlation_id, \
         causation_id, actor, payload";

    fn read<'a>(fields: &mut Fields<'a>) -> Result<Header<'a>, ReadError> {
        Ok(Header {
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
            correlation_id: fields.uuid("correlation_id")?,
            causation_id: fields.optional_uuid("causation_id")?,
            actor: fields.text("actor")?,
            payload: fields.text("payload")?,
        })
    }

    fn position(row: &Header<'_>) -> i64 {
        row.position
    }
}

/// An event; its header's fields are reached directly.
#[derive(Debug)]
pub struct Fact<'a> {
    header: Header<'a>,
    event: OnceLock<Event>,
    posting: OnceLock<Option<Posting>>,
}

impl<'a> Fact<'a> {
    /// Wraps an event as stored.
    pub fn new(header: Header<'a>) -> Self {
        Self { header, event: OnceLock::new(), posting: OnceLock::new() }
    }

    /// What happened.
    ///
    /// # Errors
    /// [`FoldError::Undecodable`] if the type or version is unknown, or the payload is malformed.
    pub fn event(&self) -> Result<&Event, FoldError> {
        if let Some(event) = self.event.get() {
            return Ok(event);
        }
        let event = schema::decode(
            self.header.aggregate_type,
            self.header.event_type,
            self.header.event_version,
            self.header.payload.as_bytes(),
        )?;
        Ok(self.event.get_or_init(|| event))
    }

    /// The seller.
    pub fn tenant(&self) -> TenantId {
        TenantId::new(self.header.tenant_id)
    }

    /// The business day on which it holds: the one the event names itself, or else the header's.
    ///
    /// # Errors
    /// As [`Fact::event`].
    pub fn effective_on(&self) -> Result<NaiveDate, FoldError> {
        let named = self.event()?.effective_on();
        Ok(named.unwrap_or_else(|| self.header.effective_at.date_naive()))
    }

    /// What it posts; nothing if it moves no money.
    ///
    /// # Errors
    /// As [`Fact::event`]; [`FoldError::Unposted`] if the event gives no balanced posting.
    pub fn posting(&self) -> Result<Option<&Posting>, FoldError> {
        if let Some(posting) = self.posting.get() {
            return Ok(posting.as_ref());
        }
        let posting = ledger::postings(self.event()?)?;
        Ok(self.posting.get_or_init(|| posting).as_ref())
    }
}

impl<'a> From<&'a Recorded> for Fact<'a> {
    fn from(event: &'a Recorded) -> Self {
        Self::new(event.as_ref().into())
    }
}

impl<'a> Deref for Fact<'a> {
    type Target = Header<'a>;

    fn deref(&self) -> &Self::Target {
        &self.header
    }
}
