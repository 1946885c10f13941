//! What a decided batch wants stored: one list of rows per table, the batch's header, the answers.
//!
//! Guarantees: rows of `streams`, `counters` and `reservations` hold the net effect of the batch,
//! once per key and in order of key, so that batches of two processes meet index pages in the same
//! order.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::facts::{Facts, Head, Holder, StoredReceipt};
use super::{Outcome, outcome_code};
use crate::cache::Versioned;
use crate::canonical::{BatchHeader, Hash};
use crate::recorded::RecordedRef;
use crate::state::AnyState;
use crate::stream::{ClaimKey, StreamKey};
use crate::submission::{Header, Receipt, SubmitError};

/// A decided batch.
pub(crate) struct Plan {
    /// The header; nothing if there is nothing to store.
    pub(crate) batch: Option<Batch>,
    pub(crate) recorded_at: DateTime<Utc>,
    /// In order of position.
    pub(crate) events: Vec<EventRow>,
    pub(crate) receipts: Vec<ReceiptRow>,
    pub(crate) streams: Vec<StreamRow>,
    pub(crate) counters: Vec<CounterRow>,
    /// Claims that a stream holds from now on.
    pub(crate) taken: Vec<ClaimRow>,
    /// Claims that nobody holds any more.
    pub(crate) released: Vec<(Uuid, ClaimKey)>,
    /// One answer per command, in their order; true once the batch is committed.
    pub(crate) outcomes: Vec<Outcome>,
    /// Whether every command has a receipt in this batch: its own, or that of another command with
    /// its key.
    pub(crate) receipts_for_all: bool,
    /// Streams that a command named as fresh and looked at while it was decided.
    pub(crate) seen: HashSet<StreamKey>,
    /// The head before the batch.
    head: Head,
}

/// The header of a batch and its hash.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Batch {
    pub(crate) header: BatchHeader,
    pub(crate) batch_hash: Hash,
}

/// A row of `events`, beside what the command's header says.
pub(crate) struct EventRow {
    /// Index of the command that appended it.
    pub(crate) command: usize,
    pub(crate) position: i64,
    pub(crate) stream: StreamKey,
    pub(crate) sequence: i64,
    pub(crate) event_id: Uuid,
    pub(crate) effective_at: DateTime<Utc>,
    pub(crate) event_type: Cow<'static, str>,
    pub(crate) event_version: Cow<'static, str>,
    pub(crate) payload: String,
    pub(crate) leaf_hash: Hash,
}

/// A row of `receipts`, beside what the command's header says.
pub(crate) struct ReceiptRow {
    /// Index of the command that is answered.
    pub(crate) command: usize,
    pub(crate) accepted: bool,
    pub(crate) first_position: Option<i64>,
    pub(crate) last_position: Option<i64>,
    pub(crate) answer: Box<RawValue>,
    pub(crate) leaf_hash: Hash,
}

/// A row of `streams`, and the state after its last event.
pub(crate) struct StreamRow {
    pub(crate) stream: StreamKey,
    pub(crate) version: i64,
    /// Whether the batch holds its first event.
    pub(crate) begun: bool,
    pub(crate) last_position: i64,
    pub(crate) state: Arc<dyn AnyState>,
}

/// A row of `counters`.
pub(crate) struct CounterRow {
    pub(crate) tenant: Uuid,
    pub(crate) series: String,
    pub(crate) last: u64,
    pub(crate) date: NaiveDate,
}

/// A row of `reservations`.
pub(crate) struct ClaimRow {
    pub(crate) tenant: Uuid,
    pub(crate) claim: ClaimKey,
    pub(crate) holder: StreamKey,
    pub(crate) position: i64,
}

impl Plan {
    pub(super) fn new(
        batch: Option<Batch>,
        facts: Facts,
        recorded_at: DateTime<Utc>,
        events: Vec<EventRow>,
        receipts: Vec<ReceiptRow>,
    ) -> Self {
        let mut plan = Self {
            batch,
            recorded_at,
            events,
            receipts,
            streams: Vec::new(),
            counters: Vec::new(),
            taken: Vec::new(),
            released: Vec::new(),
            outcomes: Vec::new(),
            receipts_for_all: false,
            seen: HashSet::new(),
            head: facts.head,
        };
        plan.net_effect(facts);
        plan
    }

    /// The head the batch was decided on.
    pub(crate) fn head_before(&self) -> &Head {
        &self.head
    }

    /// The state of each stream that the batch appends to, in order of stream.
    pub(crate) fn states(&self) -> Vec<(StreamKey, Versioned)> {
        self.streams.iter().map(|row| (row.stream, (row.version, row.state.clone()))).collect()
    }

    /// The head after the batch.
    pub(crate) fn head_after(&self) -> Head {
        match &self.batch {
            None => self.head,
            Some(Batch { header, batch_hash }) => Head {
                log_id: header.log_id,
                position: header.last_position,
                batch_no: header.batch_no,
                batch_hash: *batch_hash,
                last_recorded_at: header.recorded_at,
            },
        }
    }

    fn net_effect(&mut self, facts: Facts) {
        let first = self.events.iter().filter(|row| row.sequence == 1);
        let begun: HashSet<StreamKey> = first.map(|row| row.stream).collect();
        for (stream, fact) in facts.streams {
            let (Some(last_position), Ok(state)) = (fact.appended, fact.state) else { continue };
            let (version, begun) = (fact.version, begun.contains(&stream));
            self.streams.push(StreamRow { stream, version, begun, last_position, state });
        }
        self.streams.sort_unstable_by_key(|row| row.stream);
        for ((tenant, series), fact) in facts.counters {
            let Some((last, date)) = fact.last.filter(|_| fact.changed) else { continue };
            self.counters.push(CounterRow { tenant, series, last, date });
        }
        self.counters.sort_unstable_by(|a, b| (a.tenant, &a.series).cmp(&(b.tenant, &b.series)));
        for ((tenant, claim), fact) in facts.claims {
            match (fact.changed, fact.holder) {
                (Some(position), Some(Holder::Stream(holder))) => {
                    self.taken.push(ClaimRow { tenant, claim, holder, position });
                }
                (Some(_), _) => self.released.push((tenant, claim)),
                (None, _) => {}
            }
        }
        self.taken.sort_unstable_by(|a, b| (a.tenant, &a.claim).cmp(&(b.tenant, &b.claim)));
        self.released.sort_unstable();
    }
}

impl EventRow {
    /// The row with the columns it shares with its command and its batch.
    pub(crate) fn recorded<'a>(
        &'a self,
        header: &'a Header,
        log_id: i16,
        recorded_at: DateTime<Utc>,
    ) -> RecordedRef<'a> {
        RecordedRef {
            log_id,
            position: self.position,
            tenant_id: self.stream.tenant,
            aggregate_type: self.stream.kind,
            aggregate_id: self.stream.id,
            sequence: self.sequence,
            event_type: &self.event_type,
            event_version: &self.event_version,
            event_id: self.event_id,
            recorded_at,
            effective_at: self.effective_at,
            command_id: header.command_id,
            correlation_id: header.correlation_id,
            causation_id: header.causation_id,
            actor: &header.actor,
            leaf_hash: self.leaf_hash,
            payload: &self.payload,
            metadata: &header.metadata,
        }
    }
}

impl ReceiptRow {
    /// The value of the column `outcome`.
    pub(crate) fn outcome(&self) -> i16 {
        outcome_code(self.accepted)
    }

    /// The receipt as its caller gets it.
    pub(super) fn answered(
        &self,
        batch_no: i64,
        batch_hash: Hash,
        versions: Vec<(StreamKey, i64)>,
    ) -> Receipt {
        Receipt {
            first_position: self.first_position,
            last_position: self.last_position,
            batch_no,
            batch_hash,
            versions,
            answer: self.answer.clone(),
            replayed: false,
        }
    }
}

impl StoredReceipt {
    /// The stored answer, as its caller gets it.
    pub(super) fn outcome(self, replayed: bool) -> Outcome {
        if !self.accepted {
            return Err(SubmitError::Refused { answer: self.answer, replayed });
        }
        Ok(Receipt {
            first_position: self.first_position,
            last_position: self.last_position,
            batch_no: self.batch_no,
            batch_hash: self.batch_hash,
            versions: self.versions,
            answer: self.answer,
            replayed,
        })
    }
}
