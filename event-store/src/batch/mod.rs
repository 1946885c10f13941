//! The heart of the append, without I/O: facts as of a head of the log and commands go in, what to
//! store and how to answer each command comes out.
//!
//! Guarantees:
//! - Commands are decided one after another, in their order; each sees what those before it
//!   appended.
//! - A command that fails, refuses or panics leaves no trace beside its own answer.
//! - The same key and request in one batch or in a stored receipt gives the same answer; another
//!   request under that key is refused.
//! - Positions, sequences and numbers follow the facts without gaps; `recorded_at` never falls.
//!
//! Absent on purpose: clocks, connections, retries. `writer` and `memory` bring those.

mod facts;
#[cfg(test)]
mod laws;
mod plan;

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::canonical::{BatchHeader, Hash, Leaves, ReceiptRef, batch_hash, sort_receipt_leaves};
use crate::desk::{Desk, Staged, StagedEvent};
use crate::merkle;
use crate::state::FoldError;
use crate::stream::StreamKey;
use crate::submission::{Header, Needs, Receipt, Refused, Stop, SubmitError, Work};

pub(crate) use facts::{ClaimFact, CounterFact, Facts, Head, Holder, StoredReceipt, StreamFact};
pub(crate) use plan::{Batch, CounterRow, EventRow, Plan, ReceiptRow};

/// How one command ended.
pub(crate) type Outcome = Result<Receipt, SubmitError>;

/// One command, ready to be decided.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) header: &'a Header,
    pub(crate) needs: &'a Needs,
    pub(crate) work: &'a dyn Work,
    /// Hash of the batch this command was in when the connection broke during COMMIT: a receipt
    /// from that batch is this very submission's answer, not an earlier one's.
    pub(crate) tried: Option<Hash>,
}

/// Decides `commands` against `facts` at `now`. `random` gives the random part of event ids.
pub(crate) fn plan(
    facts: Facts,
    commands: &[Asked<'_>],
    now: DateTime<Utc>,
    random: &mut dyn FnMut() -> u128,
) -> Plan {
    let recorded_at = now.trunc_subsecs(6).max(facts.head.last_recorded_at);
    let mut deciding = Deciding {
        facts,
        recorded_at,
        commands,
        events: Vec::with_capacity(commands.len() * 2),
        receipts: Vec::with_capacity(commands.len()),
        answered: HashMap::new(),
        seen: HashSet::new(),
        leaves: Leaves::default(),
    };
    let verdicts: Vec<Verdict> =
        (0..commands.len()).map(|at| deciding.command(at, random)).collect();
    deciding.finish(verdicts)
}

/// How one command ended, before the batch has a hash.
enum Verdict {
    Accepted { receipt: usize, versions: Vec<(StreamKey, i64)> },
    Refused { receipt: usize },
    SameAs { command: usize },
    Stored { receipt: StoredReceipt, replayed: bool },
    Failed(SubmitError),
}

struct Deciding<'a> {
    facts: Facts,
    recorded_at: DateTime<Utc>,
    commands: &'a [Asked<'a>],
    events: Vec<EventRow>,
    receipts: Vec<ReceiptRow>,
    /// Commands of this batch that have a receipt, by tenant and key.
    answered: HashMap<(Uuid, &'a str), usize>,
    /// Streams named as fresh that a decision looked at.
    seen: HashSet<StreamKey>,
    leaves: Leaves,
}

impl Deciding<'_> {
    fn command(&mut self, at: usize, random: &mut dyn FnMut() -> u128) -> Verdict {
        let asked = self.commands[at];
        if let Some(verdict) = self.seen_before(&asked) {
            return verdict;
        }
        if let Err(error) = self.readable(&asked).and_then(|()| self.expected(&asked)) {
            return Verdict::Failed(error);
        }
        let mut desk = Desk::new(&self.facts, asked.needs, asked.header.tenant, self.recorded_at);
        let decided = catch_unwind(AssertUnwindSafe(|| asked.work.decide(&mut desk)));
        let (seen, staged) = desk.finish();
        self.seen.extend(seen);
        // a fault counts even if the decision went on as if nothing had happened
        let staged = match staged {
            Ok(staged) => staged,
            Err(fault) => return Verdict::Failed(SubmitError::Bug(fault.to_string())),
        };
        match decided {
            Ok(Ok(answer)) => self.accept(at, staged, answer, random),
            Ok(Err(Stop::Refused(refused))) => self.refuse(at, refused),
            Ok(Err(Stop::Bug(fault))) => Verdict::Failed(SubmitError::Bug(fault.to_string())),
            Err(panic) => Verdict::Failed(SubmitError::Bug(panic_text(&*panic))),
        }
    }

    /// The answer the key already has, in the log or in this batch.
    fn seen_before(&self, asked: &Asked<'_>) -> Option<Verdict> {
        let header = asked.header;
        if let Some(&command) = self.answered.get(&(header.tenant, header.key.as_str())) {
            let same = self.commands[command].header.request_hash == header.request_hash;
            return Some(if same {
                Verdict::SameAs { command }
            } else {
                Verdict::Failed(SubmitError::KeyReused)
            });
        }
        if self.facts.receipts.is_empty() {
            return None;
        }
        let stored = self.facts.receipts.get(&(header.tenant, header.key.clone()))?;
        Some(if stored.request_hash == header.request_hash {
            let replayed = asked.tried != Some(stored.batch_hash);
            Verdict::Stored { receipt: stored.clone(), replayed }
        } else {
            Verdict::Failed(SubmitError::KeyReused)
        })
    }

    /// Whether this build understands everything the command needs.
    fn readable(&self, asked: &Asked<'_>) -> Result<(), SubmitError> {
        for stream in asked.needs.every_stream() {
            match self.facts.streams.get(stream).map(|fact| &fact.state) {
                Some(Ok(_)) => {}
                Some(Err(newer @ FoldError::Newer { .. })) => {
                    let (what, reason) = (stream.to_string(), newer.to_string());
                    return Err(SubmitError::NewerEvent { what, reason });
                }
                Some(Err(FoldError::Broken(reason))) => {
                    return Err(SubmitError::Bug(format!("{stream} cannot be folded: {reason}")));
                }
                None => return Err(SubmitError::Bug(format!("{stream} was not read"))),
            }
        }
        for claim in &asked.needs.claims {
            let fact = self.facts.claims.get(&(claim.kept_by(asked.header.tenant), claim.clone()));
            if let Some(Holder::Unknown { kind }) = fact.and_then(|fact| fact.holder.as_ref()) {
                let reason = format!("its holder is a {kind:?}, a kind this build does not know");
                return Err(SubmitError::NewerEvent { what: claim.to_string(), reason });
            }
        }
        Ok(())
    }

    fn expected(&self, asked: &Asked<'_>) -> Result<(), SubmitError> {
        for (stream, expected) in &asked.needs.expect {
            let current = self.facts.streams.get(stream).map_or(0, |fact| fact.version);
            if current != *expected {
                let (stream, expected) = (*stream, *expected);
                return Err(SubmitError::Conflict { stream, expected, current });
            }
        }
        Ok(())
    }

    fn accept(
        &mut self,
        at: usize,
        staged: Staged,
        answer: Box<RawValue>,
        random: &mut dyn FnMut() -> u128,
    ) -> Verdict {
        let base = self.facts.head.position + count(self.events.len());
        let appended = count(staged.events.len());
        let tenant = self.commands[at].header.tenant;
        let versions = versions(&staged.events);
        for (position, event) in (base + 1..).zip(staged.events) {
            self.event(at, position, event, random);
        }
        for touched in staged.touched {
            let position = self.last_of(&touched.stream, base);
            let fact = StreamFact {
                version: touched.version,
                state: Ok(Arc::from(touched.state)),
                appended: Some(position),
            };
            self.facts.streams.insert(touched.stream, fact);
        }
        for counter in staged.counters {
            let fact = CounterFact { last: Some(counter.last), changed: true };
            self.facts.counters.insert((tenant, counter.series), fact);
        }
        for claim in staged.claims {
            let holder = claim.holder.map(Holder::Stream);
            let changed = Some(base + 1 + count(claim.event));
            let keeper = claim.claim.kept_by(tenant);
            self.facts.claims.insert((keeper, claim.claim), ClaimFact { holder, changed });
        }
        let (first, last) = match appended {
            0 => (None, None),
            _ => (Some(base + 1), Some(base + appended)),
        };
        Verdict::Accepted { receipt: self.receipt(at, true, first, last, answer), versions }
    }

    /// Position of the newest event of `stream` behind `base`.
    fn last_of(&self, stream: &StreamKey, base: i64) -> i64 {
        let newest = self.events.iter().rev().find(|event| event.stream == *stream);
        newest.map_or(base, |event| event.position)
    }

    fn event(
        &mut self,
        at: usize,
        position: i64,
        event: StagedEvent,
        random: &mut dyn FnMut() -> u128,
    ) {
        let mut row = EventRow {
            command: at,
            position,
            stream: event.stream,
            sequence: event.sequence,
            event_id: event_id(self.recorded_at, random()),
            effective_at: event.draft.effective_at.trunc_subsecs(6),
            event_type: event.draft.event_type,
            event_version: event.draft.event_version,
            payload: event.draft.payload,
            leaf_hash: [0; 32],
        };
        let header = self.commands[at].header;
        let log_id = self.facts.head.log_id;
        row.leaf_hash = self.leaves.event(&row.recorded(header, log_id, self.recorded_at));
        self.events.push(row);
    }

    fn refuse(&mut self, at: usize, refused: Refused) -> Verdict {
        let Refused { answer, remember } = refused;
        if !remember {
            return Verdict::Failed(SubmitError::Refused { answer, replayed: false });
        }
        Verdict::Refused { receipt: self.receipt(at, false, None, None, answer) }
    }

    fn receipt(
        &mut self,
        at: usize,
        accepted: bool,
        first_position: Option<i64>,
        last_position: Option<i64>,
        answer: Box<RawValue>,
    ) -> usize {
        let header = self.commands[at].header;
        let head = &self.facts.head;
        let leaf_hash = self.leaves.receipt(&ReceiptRef {
            tenant_id: header.tenant,
            key: &header.key,
            request_hash: header.request_hash,
            command_id: header.command_id,
            log_id: head.log_id,
            batch_no: head.batch_no + 1,
            outcome: outcome_code(accepted),
            first_position,
            last_position,
            answer: answer.get(),
        });
        self.answered.insert((header.tenant, &header.key), at);
        let row =
            ReceiptRow { command: at, accepted, first_position, last_position, answer, leaf_hash };
        self.receipts.push(row);
        self.receipts.len() - 1
    }

    fn finish(self, verdicts: Vec<Verdict>) -> Plan {
        let batch = (!self.receipts.is_empty()).then(|| self.seal());
        let hash = batch.as_ref().map_or(self.facts.head.batch_hash, |batch| batch.batch_hash);
        let batch_no = self.facts.head.batch_no + 1;
        let here = |verdict| !matches!(verdict, &Verdict::Stored { .. } | &Verdict::Failed(_));
        let receipts_for_all = verdicts.iter().all(here);
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(verdicts.len());
        for verdict in verdicts {
            let outcome = match verdict {
                Verdict::Accepted { receipt, versions } => {
                    Ok(self.receipts[receipt].answered(batch_no, hash, versions))
                }
                Verdict::Refused { receipt } => {
                    let answer = self.receipts[receipt].answer.clone();
                    Err(SubmitError::Refused { answer, replayed: false })
                }
                Verdict::SameAs { command } => again(&outcomes[command]),
                Verdict::Stored { receipt, replayed } => receipt.outcome(replayed),
                Verdict::Failed(error) => Err(error),
            };
            outcomes.push(outcome);
        }
        let mut plan = Plan::new(batch, self.facts, self.recorded_at, self.events, self.receipts);
        plan.outcomes = outcomes;
        plan.receipts_for_all = receipts_for_all;
        plan.seen = self.seen;
        plan
    }

    fn seal(&self) -> Batch {
        let head = &self.facts.head;
        let mut tree = merkle::Frontier::default();
        self.events.iter().for_each(|event| tree.push(event.leaf_hash));
        let mut receipts: Vec<Hash> = self.receipts.iter().map(|row| row.leaf_hash).collect();
        sort_receipt_leaves(&mut receipts);
        let header = BatchHeader {
            log_id: head.log_id,
            batch_no: head.batch_no + 1,
            first_position: head.position + 1,
            last_position: head.position + count(self.events.len()),
            prev_hash: head.batch_hash,
            events_root: tree.root(),
            receipts_root: merkle::root(&receipts),
            recorded_at: self.recorded_at,
        };
        Batch { header, batch_hash: batch_hash(&header) }
    }
}

/// The value of the column `receipts.outcome`.
pub(crate) fn outcome_code(accepted: bool) -> i16 {
    if accepted { 0 } else { 1 }
}

/// The same answer for a second command with the same key.
fn again(outcome: &Outcome) -> Outcome {
    match outcome.clone() {
        Ok(receipt) => Ok(Receipt { replayed: true, ..receipt }),
        Err(SubmitError::Refused { answer, .. }) => {
            Err(SubmitError::Refused { answer, replayed: true })
        }
        Err(error) => Err(error),
    }
}

/// Streams in order of first append, each with its last sequence.
fn versions(events: &[StagedEvent]) -> Vec<(StreamKey, i64)> {
    let mut versions: Vec<(StreamKey, i64)> = Vec::with_capacity(events.len());
    let mut at: HashMap<StreamKey, usize> = HashMap::new();
    for event in events {
        match at.get(&event.stream) {
            Some(&index) => versions[index].1 = event.sequence,
            None => {
                at.insert(event.stream, versions.len());
                versions.push((event.stream, event.sequence));
            }
        }
    }
    versions
}

/// A UUIDv7 of the instant the event is recorded at.
fn event_id(recorded_at: DateTime<Utc>, random: u128) -> Uuid {
    let millis = u64::try_from(recorded_at.timestamp_millis()).unwrap_or(0);
    let [bytes @ .., _, _, _, _, _, _] = random.to_le_bytes();
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("the decision panicked: {}", said.as_deref().unwrap_or("without a message"))
}

/// A number of rows as the log counts them.
fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
