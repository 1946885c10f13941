//! Claims rows, has them done, and ends them.
//!
//! Guarantees: a handler runs while its row is claimed, and begins no call that could outlast the
//! claim; what came of it is recorded before the row ends, so that a process that dies between the
//! two does it again, as a question; one lane that does not answer holds back no other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use billfold_event_store::Clock;
use chrono::{DateTime, Utc};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::follow::{PROBE, Pace, follow};
use super::leave::Leave;
use super::outcome::{Ending, LaneWord, Next, Outcome};
use super::row::{Claimed, EffectRow};
use crate::error::Error;
use crate::ports::StoreFailure;
use crate::ports::driver::Why;
use crate::ports::effect_queue::{Claiming, EffectQueue, Granted};

/// Lanes that are served in one round.
const LANES: u32 = 64;
/// Rows of one lane that are claimed at a time.
const ROWS: u32 = 32;
/// Rows that are ended at a time.
const ENDINGS: usize = 64;
/// How long endings are gathered.
const GATHER: Duration = Duration::from_millis(5);
/// How often the queue is looked at when nobody wakes us.
const POLL: Duration = Duration::from_secs(1);
/// How often rows whose lease ran out, or whose time has come, are looked for.
const SWEEP: Duration = Duration::from_millis(500);
/// The pause after the store could not be reached.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a node that ends waits for calls that are under way.
const LAST_CALLS: Duration = Duration::from_secs(20);

/// Does one kind of effect.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Which kind, such as `gateway.charge`.
    fn kind(&self) -> &'static str;

    /// How long a call for this row may take, and how long its key is honoured.
    fn pace(&self, row: &EffectRow) -> Pace;

    /// Does it, or asks about it if the row says so, and records what came of it by a command. It
    /// looks first whether anybody still wants it.
    async fn handle(&self, leave: &Leave<'_>, now: DateTime<Utc>) -> Handled;
}

/// What a handler made of a row.
#[derive(Debug)]
pub struct Handled {
    /// What came of it.
    pub outcome: Outcome,
    /// The provider's own name for it, once known.
    pub reference: Option<String>,
}

impl From<Outcome> for Handled {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, reference: None }
    }
}

/// Writes into the log that a person must look at a row.
#[async_trait]
pub trait Deaths: Send + Sync {
    /// Records it, once per row.
    ///
    /// # Errors
    /// It could not be recorded; the row is tried again then.
    async fn record(&self, row: &EffectRow, why: &Why) -> Result<(), Error>;
}

/// How a worker works.
#[derive(Debug, Clone)]
pub struct WorkerOptions {
    /// Names this process; must differ from every other process, and from this one before a
    /// restart.
    pub owner: String,
    /// Calls at once, over all lanes.
    pub at_once: usize,
    /// How long a claim holds: longer than any call takes. What a process held that died is asked
    /// about after that.
    pub lease: Duration,
}

impl WorkerOptions {
    /// So many calls at once, under claims of two minutes.
    pub fn new(owner: impl Into<String>, at_once: usize) -> Self {
        Self { owner: owner.into(), at_once: at_once.max(1), lease: Duration::from_secs(120) }
    }
}

/// Works on the queue.
pub struct Worker {
    queue: Arc<dyn EffectQueue>,
    handlers: BTreeMap<&'static str, Arc<dyn Handler>>,
    deaths: Arc<dyn Deaths>,
    clock: Arc<dyn Clock>,
    options: WorkerOptions,
}

impl Worker {
    /// A worker with a handler for each kind.
    #[must_use]
    pub fn new(
        queue: Arc<dyn EffectQueue>,
        handlers: Vec<Arc<dyn Handler>>,
        deaths: Arc<dyn Deaths>,
        clock: Arc<dyn Clock>,
        options: WorkerOptions,
    ) -> Self {
        let handlers = handlers.into_iter().map(|handler| (handler.kind(), handler)).collect();
        Self { queue, handlers, deaths, clock, options }
    }

    /// Works until `shutdown` turns true or its sender is dropped, then waits a little for calls
    /// that are under way. Woken by `news`, and by itself every second.
    pub async fn run(self: Arc<Self>, news: Arc<Notify>, mut shutdown: watch::Receiver<bool>) {
        let mut working = JoinSet::new();
        let mut swept = None;
        while !over(&shutdown) {
            let round = self.round(&mut working, &mut swept).await;
            let found = match round {
                Ok(found) => found,
                Err(error) => {
                    tracing::warn!(%error, "effects cannot be claimed now; trying again");
                    rest(PAUSE, &mut shutdown).await;
                    0
                }
            };
            if found > 0 && working.len() < self.options.at_once {
                continue;
            }
            tokio::select! {
                Some(ended) = working.join_next() => self.gather(ended, &mut working).await,
                () = news.notified() => {}
                () = tokio::time::sleep(SWEEP.min(POLL)) => {}
                _ = shutdown.wait_for(|now| *now) => {}
            }
        }
        let last = async {
            while let Some(ended) = working.join_next().await {
                self.gather(ended, &mut working).await;
            }
        };
        if tokio::time::timeout(LAST_CALLS, last).await.is_err() {
            tracing::warn!("calls were under way; the next worker asks about them");
        }
    }

    /// Works until nothing is due; answers how many rows were tried. For who wants to know that
    /// all that is due was done.
    ///
    /// # Errors
    /// The queue cannot be reached.
    pub async fn work_off(self: &Arc<Self>) -> Result<u64, StoreFailure> {
        let (mut working, mut tried) = (JoinSet::new(), 0);
        loop {
            let found = self.round(&mut working, &mut None).await?;
            tried += found;
            while let Some(ended) = working.join_next().await {
                self.gather(ended, &mut working).await;
            }
            if found == 0 {
                return Ok(tried);
            }
        }
    }

    /// Claims what may be claimed now and begins to work on it; answers how many rows.
    async fn round(
        self: &Arc<Self>,
        working: &mut JoinSet<Worked>,
        swept: &mut Option<Instant>,
    ) -> Result<u64, StoreFailure> {
        let now = self.clock.now();
        if swept.is_none_or(|at| at.elapsed() >= SWEEP) {
            self.queue.take_back(now, 1_000).await?;
            *swept = Some(Instant::now());
        }
        let mut found = 0;
        for lane in self.queue.due_lanes(now, LANES).await? {
            let free = self.options.at_once.saturating_sub(working.len());
            let limit = u32::try_from(free).unwrap_or(ROWS).min(ROWS);
            if limit == 0 {
                break;
            }
            let WorkerOptions { owner, lease, .. } = &self.options;
            let claiming = Claiming { owner, now, limit, lease: *lease };
            let Granted { rows, is_well, .. } = self.queue.claim(&lane, &claiming).await?;
            for claimed in rows {
                found += 1;
                let worker = Arc::clone(self);
                working.spawn(async move { worker.work(&claimed, is_well).await });
            }
        }
        Ok(found)
    }

    /// Ends what has been worked on, a batch at a time.
    async fn gather(
        &self,
        first: Result<Worked, tokio::task::JoinError>,
        working: &mut JoinSet<Worked>,
    ) {
        let mut ended = vec![first];
        if !working.is_empty() {
            tokio::time::sleep(GATHER).await;
        }
        while let Some(more) = working.try_join_next() {
            ended.push(more);
        }
        let mut endings = Vec::with_capacity(ended.len());
        for worked in ended {
            match worked {
                Ok(Worked { ending, word }) => {
                    if let Some(word) = word
                        && let Err(error) = self.queue.note_lane(&ending.row.lane, &word).await
                    {
                        tracing::warn!(%error, "how a provider fares cannot be noted");
                    }
                    endings.push(ending);
                }
                // Its lease runs out, and the next worker asks.
                Err(error) => tracing::error!(%error, "a handler broke off"),
            }
        }
        for some in endings.chunks(ENDINGS) {
            match self.queue.finish(some).await {
                Ok(lost) => lost.iter().for_each(|row| {
                    tracing::warn!(effect = %row.effect_id, "was granted to another worker");
                }),
                // Their leases run out; what was recorded is found by the next worker.
                Err(error) => tracing::warn!(%error, "effects cannot be ended now"),
            }
        }
    }

    async fn work(&self, claimed: &Claimed, is_well: bool) -> Worked {
        let (row, began_at) = (claimed.row(), self.clock.now());
        let begun = Instant::now();
        let (handled, pace) = match self.handlers.get(row.kind.as_str()) {
            Some(handler) => {
                let pace = handler.pace(row);
                if begun + pace.longest_call > claimed.until() {
                    return given_back(self.ending(row, began_at, Outcome::Moot.into()));
                }
                (handler.handle(&Leave::of(claimed), began_at).await, Some(pace))
            }
            None => (unknown_kind(row).into(), None),
        };
        let mut ending = self.ending(row, began_at, handled);
        if let Some(pace) = pace {
            let chance = rand::random::<u32>();
            ending.next = follow(row, &ending.outcome, pace, ending.ended_at, chance);
        }
        if ending.next == Next::Dead {
            ending.next = self.bury(row, &ending).await;
        }
        measure(row, &ending.outcome, begun.elapsed());
        let word = word(&ending.outcome, is_well, ending.ended_at);
        Worked { ending, word }
    }

    fn ending(&self, row: &EffectRow, began_at: DateTime<Utc>, handled: Handled) -> Ending {
        Ending {
            row: row.clone(),
            next: Next::Dead,
            reference: handled.reference,
            owner: self.options.owner.clone(),
            began_at,
            ended_at: self.clock.now(),
            outcome: handled.outcome,
        }
    }

    /// Dead, once that is history; tried again where it cannot be written down.
    async fn bury(&self, row: &EffectRow, ending: &Ending) -> Next {
        let given_up = Why::new("given_up", "nobody answered for too long");
        let why = ending.outcome.why().unwrap_or(&given_up);
        match self.deaths.record(row, why).await {
            Ok(()) => Next::Dead,
            Err(error) => {
                tracing::warn!(effect = %row.effect_id, %error, "a dead effect cannot be recorded");
                let at = ending.ended_at + PROBE;
                Next::Again { at, asks: row.asks, anew: false, counts: false }
            }
        }
    }
}

/// A row that was worked on.
struct Worked {
    ending: Ending,
    /// What its provider is to be known for.
    word: Option<LaneWord>,
}

/// A claim that would not outlast the call: another worker takes it at once.
fn given_back(ending: Ending) -> Worked {
    let (at, asks) = (ending.ended_at, ending.row.asks);
    let next = Next::Again { at, asks, anew: false, counts: false };
    Worked { ending: Ending { next, ..ending }, word: None }
}

fn unknown_kind(row: &EffectRow) -> Outcome {
    let text = format!("this node does not know effects of the kind {}", row.kind);
    Outcome::Refused { why: Why::new("unknown_kind", text) }
}

/// What an outcome tells about the provider; nothing where it says nothing new.
fn word(outcome: &Outcome, is_well: bool, now: DateTime<Utc>) -> Option<LaneWord> {
    match outcome {
        Outcome::Moot => None,
        Outcome::Done
        | Outcome::Later { .. }
        | Outcome::Absent { .. }
        | Outcome::Refused { .. } => (!is_well).then_some(LaneWord::Answered),
        Outcome::NotSent { after: Some(pause), .. } => {
            Some(LaneWord::Slower { until: now + *pause })
        }
        Outcome::NotSent { after: None, .. } | Outcome::Unknown { .. } => {
            Some(LaneWord::Silent { now })
        }
        Outcome::Misconfigured { why } => {
            Some(LaneWord::Trouble { says: why.to_string(), probe_at: now + PROBE })
        }
    }
}

fn measure(row: &EffectRow, outcome: &Outcome, took: Duration) {
    let labels = [("kind", row.kind.clone()), ("driver", row.lane.driver.clone())];
    metrics::histogram!("billfold_effect_seconds", &labels).record(took.as_secs_f64());
    let [kind, driver] = labels;
    let labels = [kind, driver, ("outcome", outcome.word().to_owned())];
    metrics::counter!("billfold_effects_total", &labels).increment(1);
}

fn over(shutdown: &watch::Receiver<bool>) -> bool {
    *shutdown.borrow() || shutdown.has_changed().is_err()
}

/// Sleeps, but not past a shutdown.
async fn rest(pause: Duration, shutdown: &mut watch::Receiver<bool>) {
    let _either = tokio::time::timeout(pause, shutdown.wait_for(|now| *now)).await;
}
