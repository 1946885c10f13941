//! What the batch that was decided last leaves behind, while it may still be on its way to the log:
//! the next one is decided on it before the head is locked.
//!
//! Guarantees: facts are those behind the batch that was decided last, provided that the log then
//! ends with that very batch, which [`append`](super::append) makes sure of. Why that is enough:
//! the head is read first and everything else after it; if the head was at or before the batch then
//! and is at the batch when the lock is held, nothing but the batch came between, and what it
//! changed is taken from its plan.

use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use super::read::Question;
use crate::batch::{ClaimFact, CounterFact, CounterRow, Facts, Head, Holder, Plan, StreamFact};
use crate::cache::Versioned;
use crate::canonical::Hash;
use crate::stream::{ClaimKey, StreamKey};

/// Holds the end of the batch that was decided last, until that batch has ended.
#[derive(Default)]
pub(super) struct Ahead(Mutex<Option<Arc<End>>>);

/// What a decided batch leaves behind.
pub(super) struct End {
    before: Hash,
    after: Head,
    /// In order of stream.
    streams: Vec<(StreamKey, Versioned)>,
    counters: Vec<((Uuid, String), CounterFact)>,
    claims: Vec<((Uuid, ClaimKey), ClaimFact)>,
}

impl Ahead {
    /// A batch is decided; nothing of it if it stores nothing.
    pub(super) fn decided(&self, plan: &Plan) {
        if plan.batch.is_some() {
            self.set(Some(Arc::new(End::of(plan))));
        }
    }

    /// The batch that was decided last is in the log, or never will be.
    pub(super) fn ended(&self) {
        self.set(None);
    }

    /// The end of a batch that has not ended. Ask before the head is read.
    pub(super) fn end(&self) -> Option<Arc<End>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, end: Option<Arc<End>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = end;
    }
}

impl End {
    fn of(plan: &Plan) -> Self {
        let last =
            |row: &CounterRow| CounterFact { last: Some((row.last, row.date)), changed: false };
        let counters =
            plan.counters.iter().map(|row| ((row.tenant, row.series.clone()), last(row)));
        let free = |(tenant, claim): &(Uuid, ClaimKey)| ((*tenant, claim.clone()), None);
        let held = plan
            .taken
            .iter()
            .map(|row| ((row.tenant, row.claim.clone()), Some(Holder::Stream(row.holder))));
        let claims = plan.released.iter().map(free).chain(held);
        Self {
            before: plan.head_before().batch_hash,
            after: plan.head_after(),
            streams: plan.states(),
            counters: counters.collect(),
            claims: claims.map(|(of, holder)| (of, ClaimFact { holder, changed: None })).collect(),
        }
    }

    /// Brings facts that were read behind this batch's end or before it to that end. False if they
    /// were read elsewhere: the batch was not stored, or another came after it.
    pub(super) fn bring(&self, facts: &mut Facts, question: &Question<'_>) -> bool {
        if facts.head.batch_hash == self.after.batch_hash {
            return true;
        }
        if facts.head.batch_hash != self.before {
            return false;
        }
        facts.head = self.after;
        for stream in &question.streams {
            if let Ok(at) = self.streams.binary_search_by_key(stream, |(stream, _)| *stream) {
                let (version, state) = &self.streams[at].1;
                facts.streams.insert(*stream, StreamFact::stored(*version, Ok(Arc::clone(state))));
            }
        }
        for (series, fact) in &self.counters {
            facts.counters.entry(series.clone()).and_modify(|known| *known = fact.clone());
        }
        for (claim, fact) in &self.claims {
            facts.claims.entry(claim.clone()).and_modify(|known| *known = fact.clone());
        }
        true
    }
}
