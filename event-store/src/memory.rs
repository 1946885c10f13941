//! The log in memory: the same decisions, receipts, numbers and hashes as on PostgreSQL, and no
//! database.
//!
//! For laws of the domain and for seeded simulation. Guarantees: `batch` decides here exactly what
//! it decides under the head lock; with one seed and one clock, two runs give the same bytes.
//! Absent on purpose: a queue, durability, and any use outside of tests and what-if runs.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::DateTime;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::de::IgnoredAny;
use uuid::Uuid;

use crate::batch::{
    self, Asked, Batch, ClaimFact, CounterFact, Facts, Head, Holder, Outcome, Plan, StoredReceipt,
    StreamFact,
};
use crate::canonical::{BatchHeader, Hash, genesis};
use crate::clock::Clock;
use crate::kinds::Kinds;
use crate::recorded::Recorded;
use crate::state::{AnyState, FoldError, StateKind};
use crate::store::{OpenError, Store};
use crate::stream::{ClaimKey, StreamKey};
use crate::submission::{Prepared, SubmitError};

/// A log in memory. Clones are the same log.
#[derive(Clone)]
pub struct MemoryLog {
    shared: Arc<Shared>,
}

/// What goes wrong with the next batch of a [`MemoryLog`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The database goes away before COMMIT: nothing is stored, callers hear `Unavailable`.
    BeforeCommit,
    /// The answer to COMMIT is lost for good: the batch is stored, callers hear `Unknown`.
    AfterCommit,
}

impl MemoryLog {
    /// An empty log. `seed` decides its install id and the random part of its event ids.
    ///
    /// # Errors
    /// Two kinds share a name.
    pub fn new(
        kinds: Vec<Arc<dyn StateKind>>,
        clock: Arc<dyn Clock>,
        seed: u64,
    ) -> Result<Self, OpenError> {
        let kinds = Arc::new(Kinds::new(kinds)?);
        let mut random = StdRng::seed_from_u64(seed);
        let head = Head {
            log_id: 1,
            position: 0,
            batch_no: 0,
            batch_hash: genesis(Uuid::from_u128(random.random()), 1),
            last_recorded_at: DateTime::UNIX_EPOCH,
        };
        let contents = Contents {
            head,
            random,
            events: Vec::new(),
            batches: Vec::new(),
            states: HashMap::new(),
            receipts: HashMap::new(),
            counters: HashMap::new(),
            claims: HashMap::new(),
            fault: None,
        };
        Ok(Self { shared: Arc::new(Shared { kinds, clock, contents: Mutex::new(contents) }) })
    }

    /// The door to this log.
    pub fn store(&self) -> Store {
        Store::over_memory(self.clone())
    }

    /// Every event, in order of position.
    pub fn events(&self) -> Vec<Recorded> {
        self.contents().events.clone()
    }

    /// Every batch header with its hash, in order.
    pub fn batches(&self) -> Vec<(BatchHeader, Hash)> {
        self.contents().batches.clone()
    }

    /// Lets the next batch that has something to store go wrong.
    pub fn break_next(&self, fault: Fault) {
        self.contents().fault = Some(fault);
    }

    /// Drops every folded state, as an emptied cache does; they are folded again from events when
    /// needed.
    pub fn forget_states(&self) {
        self.contents().states.clear();
    }

    pub(crate) fn kinds(&self) -> &Arc<Kinds> {
        &self.shared.kinds
    }

    /// Decides and stores `commands` as one batch.
    pub(crate) fn submit(&self, commands: &[Prepared]) -> Vec<Outcome> {
        let asked: Vec<Asked<'_>> = commands.iter().map(Prepared::asked).collect();
        self.contents().run(&self.shared, &asked)
    }

    /// Version and state of a stream as of a position.
    pub(crate) fn state_at(
        &self,
        stream: &StreamKey,
        as_of: i64,
    ) -> Result<(i64, Arc<dyn AnyState>), FoldError> {
        self.contents().fold(&self.shared.kinds, stream, as_of)
    }

    /// The lowest id of a tenant that has events.
    pub(crate) fn first_tenant(&self) -> Option<Uuid> {
        self.contents().events.iter().map(|event| event.tenant_id).min()
    }

    /// The ids of tenants that have events, in order.
    pub(crate) fn tenants(&self, after: Option<Uuid>, limit: usize) -> Vec<Uuid> {
        let contents = self.contents();
        let ids = contents.events.iter().map(|event| event.tenant_id);
        let ids: BTreeSet<Uuid> = ids.filter(|id| after.is_none_or(|after| *id > after)).collect();
        ids.into_iter().take(limit).collect()
    }

    /// The streams that hold what is claimed under keys that begin so.
    pub(crate) fn holders(&self, tenant: Uuid, scope: &str, beginning: &str) -> Vec<Uuid> {
        let contents = self.contents();
        let held = contents.claims.iter().filter(|((of, claim), _)| {
            *of == tenant && claim.scope == scope && claim.key.starts_with(beginning)
        });
        let mut held: Vec<_> = held
            .filter_map(|((_, claim), fact)| match &fact.holder {
                Some(Holder::Stream(stream)) => Some((claim.key.clone(), stream.id)),
                Some(Holder::Unknown { .. }) | None => None,
            })
            .collect();
        held.sort_unstable();
        held.into_iter().map(|(_, id)| id).collect()
    }

    /// The stream that holds something unique.
    pub(crate) fn holder(&self, tenant: Uuid, claim: &ClaimKey) -> Option<Uuid> {
        let contents = self.contents();
        match &contents.claims.get(&(tenant, claim.clone()))?.holder {
            Some(Holder::Stream(stream)) => Some(stream.id),
            Some(Holder::Unknown { .. }) | None => None,
        }
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.shared.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Shared {
    kinds: Arc<Kinds>,
    clock: Arc<dyn Clock>,
    contents: Mutex<Contents>,
}

struct Contents {
    head: Head,
    random: StdRng,
    events: Vec<Recorded>,
    batches: Vec<(BatchHeader, Hash)>,
    states: HashMap<StreamKey, (i64, Arc<dyn AnyState>)>,
    receipts: HashMap<(Uuid, String), StoredReceipt>,
    counters: HashMap<(Uuid, String), CounterFact>,
    claims: HashMap<(Uuid, ClaimKey), ClaimFact>,
    fault: Option<Fault>,
}

impl Contents {
    fn run(&mut self, shared: &Shared, commands: &[Asked<'_>]) -> Vec<Outcome> {
        let facts = self.facts(&shared.kinds, commands);
        let plan = batch::plan(facts, commands, shared.clock.now(), &mut || self.random.random());
        let Some(batch) = plan.batch else { return plan.outcomes };
        if !plan.events.iter().all(|event| is_json(&event.payload)) {
            return self.split(shared, commands);
        }
        match self.fault.take() {
            Some(Fault::BeforeCommit) => {
                let reason = "the database went away".to_owned();
                vec![Err(SubmitError::Unavailable { reason }); commands.len()]
            }
            Some(Fault::AfterCommit) => {
                self.store(batch, plan, commands);
                let reason = "the answer to COMMIT was lost".to_owned();
                vec![Err(SubmitError::Unknown { reason }); commands.len()]
            }
            None => self.store(batch, plan, commands),
        }
    }

    /// What PostgreSQL would not take fails its own command only.
    fn split(&mut self, shared: &Shared, commands: &[Asked<'_>]) -> Vec<Outcome> {
        if commands.len() < 2 {
            return vec![Err(SubmitError::Bug("a payload is not JSON".to_owned()))];
        }
        let (first, rest) = commands.split_at(commands.len() / 2);
        let mut outcomes = self.run(shared, first);
        outcomes.extend(self.run(shared, rest));
        outcomes
    }

    fn facts(&self, kinds: &Kinds, commands: &[Asked<'_>]) -> Facts {
        let mut facts = Facts::new(self.head);
        for asked in commands {
            let tenant = asked.header.tenant;
            for stream in asked.needs.every_stream() {
                let fact = match self.fold(kinds, stream, i64::MAX) {
                    Ok((version, state)) => StreamFact::stored(version, Ok(state)),
                    Err(error) => StreamFact::stored(0, Err(error)),
                };
                facts.streams.insert(*stream, fact);
            }
            let key = (tenant, asked.header.key.clone());
            if let Some(receipt) = self.receipts.get(&key) {
                facts.receipts.insert(key, receipt.clone());
            }
            for series in &asked.needs.series {
                let key = (tenant, series.clone());
                facts
                    .counters
                    .insert(key.clone(), self.counters.get(&key).cloned().unwrap_or_default());
            }
            for claim in &asked.needs.claims {
                let key = (claim.kept_by(tenant), claim.clone());
                facts
                    .claims
                    .insert(key.clone(), self.claims.get(&key).cloned().unwrap_or_default());
            }
        }
        facts
    }

    fn fold(
        &self,
        kinds: &Kinds,
        stream: &StreamKey,
        as_of: i64,
    ) -> Result<(i64, Arc<dyn AnyState>), FoldError> {
        if let Some((version, state)) = self.states.get(stream).filter(|_| as_of == i64::MAX) {
            return Ok((*version, Arc::clone(state)));
        }
        let kind = kinds.get(stream.kind);
        let kind = kind.ok_or_else(|| FoldError::Broken("its kind is not known".to_owned()))?;
        let (mut version, mut state) = (0, kind.blank());
        for event in &self.events {
            let ours = event.aggregate_id == stream.id
                && event.aggregate_type == stream.kind
                && event.tenant_id == stream.tenant;
            if ours && event.position <= as_of {
                kind.fold(&mut *state, &event.as_ref())?;
                version = event.sequence;
            }
        }
        Ok((version, Arc::from(state)))
    }

    fn store(&mut self, batch: Batch, plan: Plan, commands: &[Asked<'_>]) -> Vec<Outcome> {
        let log_id = batch.header.log_id;
        self.head = plan.head_after();
        self.batches.push((batch.header, batch.batch_hash));
        for event in &plan.events {
            let recorded = event.recorded(commands[event.command].header, log_id, plan.recorded_at);
            self.events.push(recorded.to_recorded());
        }
        for row in plan.receipts {
            let header = commands[row.command].header;
            let versions = match &plan.outcomes[row.command] {
                Ok(receipt) => receipt.versions.clone(),
                Err(_) => Vec::new(),
            };
            let stored = StoredReceipt {
                request_hash: header.request_hash,
                accepted: row.accepted,
                first_position: row.first_position,
                last_position: row.last_position,
                batch_no: batch.header.batch_no,
                batch_hash: batch.batch_hash,
                versions,
                answer: row.answer,
            };
            self.receipts.insert((header.tenant, header.key.clone()), stored);
        }
        for row in plan.streams {
            self.states.insert(row.stream, (row.version, row.state));
        }
        for row in plan.counters {
            let last = Some((row.last, row.date));
            self.counters.insert((row.tenant, row.series), CounterFact { last, changed: false });
        }
        for row in plan.taken {
            let fact = ClaimFact { holder: Some(Holder::Stream(row.holder)), changed: None };
            self.claims.insert((row.tenant, row.claim), fact);
        }
        for key in plan.released {
            self.claims.remove(&key);
        }
        plan.outcomes
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok() && !text.contains('\0')
}
