//! The writers: tasks that take what is queued, decide it and commit it behind the head it was
//! decided on.
//!
//! One batch costs four round trips: `log_peek` (read); BEGIN; `log_append` (lock, then store);
//! COMMIT. A batch is whatever waited, never held back for more. Two stages follow each other. The
//! queue has one door: a writer that took a batch keeps the door until the batch is decided. And
//! one batch at a time has its turn to be stored. So commands reach the log in the order they were
//! queued, and while one writer stores and commits, the next one decides what is to come after it
//! (`ahead`): the append refuses a batch that does not follow the head it was decided on. Where
//! that does not hold, because another process appends or something presumed new was not, a batch
//! is decided under the head lock instead: BEGIN; `log_read` (lock, then read); `log_append`;
//! COMMIT.
//!
//! Guarantees:
//! - Nobody is answered before COMMIT was acknowledged, or receipts prove it.
//! - A connection that breaks during COMMIT leaves the outcome unknown: the batch is submitted
//!   again, and since receipts are read under the lock, what was stored is answered from its
//!   receipts and what was not is decided anew. The lock cannot be had before the broken
//!   transaction has ended.
//! - What the database refuses fails only the command that holds it: the batch is halved until it
//!   is alone.
//! - Cached states never decide anything unless a version vouches for them that was read under the
//!   lock, or at the head that the lock then proves to be the last (`cache`).
//!
//! Absent on purpose: ordering by stream or routing to one writer; the head lock orders everything.

mod ahead;
mod append;
mod attempt;
mod caution;
mod link;
mod read;
pub(crate) mod states;
mod trouble;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use metrics::{counter, gauge, histogram};
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc, oneshot, watch};
use tracing::{Instrument, debug_span, error, warn};

use crate::batch::{Asked, Outcome};
use crate::cache::Cache;
use crate::canonical::Hash;
use crate::clock::Clock;
use crate::kinds::Kinds;
use crate::store::StoreOptions;
use crate::submission::{Prepared, SubmitError};

use ahead::Ahead;
use attempt::{Done, attempt};
use caution::Caution;
use link::Link;
use read::Presumption;
use trouble::Trouble;

/// The log this store writes to.
pub(crate) const LOG_ID: i16 = 1;

/// Attempts to store a batch that the database rolled back before callers are told.
const ATTEMPTS: u32 = 5;

/// What all writers of a store share.
pub(crate) struct Shared {
    pub(crate) kinds: Arc<Kinds>,
    pub(crate) cache: Cache,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) options: StoreOptions,
    queue: Arc<Mutex<mpsc::Receiver<Vec<Queued>>>>,
    turn: Arc<Mutex<()>>,
    ahead: Ahead,
    /// How much is looked up that could be presumed.
    caution: Caution,
    /// Microseconds that the last batch took; what a caller is told to wait is guessed from it.
    last_batch: AtomicU64,
}

/// A command that waits, and who waits for it.
pub(crate) struct Queued {
    prepared: Prepared,
    /// See [`Asked::tried`].
    tried: Option<Hash>,
    reply: oneshot::Sender<Outcome>,
}

impl Queued {
    /// A command and the place its answer will come to.
    pub(crate) fn new(prepared: Prepared) -> (Self, oneshot::Receiver<Outcome>) {
        let (reply, answer) = oneshot::channel();
        (Self { prepared, tried: None, reply }, answer)
    }

    fn asked(&self) -> Asked<'_> {
        Asked { tried: self.tried, ..self.prepared.asked() }
    }

    fn answer(self, outcome: Outcome) {
        match &outcome {
            Ok(receipt) if receipt.replayed => counter!("billfold_log_replays_total").increment(1),
            Err(SubmitError::Refused { replayed: true, .. }) => {
                counter!("billfold_log_replays_total").increment(1);
            }
            Err(SubmitError::Conflict { .. }) => {
                counter!("billfold_log_conflicts_total").increment(1);
            }
            Err(SubmitError::Bug(reason)) => error!(%reason, "a command failed by a fault"),
            _ => {}
        }
        // a caller that went away needs no answer; its receipt is stored
        let _ = self.reply.send(outcome);
    }
}

impl Shared {
    /// Everything but the writers themselves.
    pub(crate) fn new(
        options: StoreOptions,
        kinds: Arc<Kinds>,
        clock: Arc<dyn Clock>,
        queue: mpsc::Receiver<Vec<Queued>>,
    ) -> Self {
        let (cache, queue) = (Cache::new(options.cache_bytes), Arc::new(Mutex::new(queue)));
        let (turn, ahead, caution) = (Arc::default(), Ahead::default(), Caution::default());
        let last_batch = AtomicU64::new(1000);
        Self { kinds, cache, clock, options, queue, turn, ahead, caution, last_batch }
    }

    /// How long `waiting` commands are likely to need.
    pub(crate) fn likely_wait(&self, waiting: usize) -> Duration {
        let batches = u64::try_from(waiting / self.options.max_batch.max(1)).unwrap_or(u64::MAX);
        let micros = self.last_batch.load(Ordering::Relaxed).saturating_mul(batches + 1);
        Duration::from_micros(micros).clamp(Duration::from_millis(50), Duration::from_secs(30))
    }
}

/// One writer.
pub(crate) struct Writer {
    shared: Arc<Shared>,
    link: Link,
    stop: watch::Receiver<bool>,
}

impl Writer {
    /// Connects.
    pub(crate) async fn open(
        shared: Arc<Shared>,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, sqlx::Error> {
        let options = &shared.options;
        let link = Link::open(options.connect.clone(), options.statement_timeout).await?;
        Ok(Self { shared, link, stop })
    }

    /// Writes until the queue is closed and empty.
    pub(crate) async fn run(mut self) {
        while let Some((batch, way)) = self.take().await {
            let began = Instant::now();
            let commands = batch.len();
            histogram!("billfold_log_batch_commands").record(size(commands));
            let storing = self.store(batch, way).instrument(debug_span!("batch", commands));
            if AssertUnwindSafe(storing).catch_unwind().await.is_err() {
                // its callers hear that the outcome is unknown; the next batch must not suffer
                error!(commands, "a writer panicked");
                self.link.lose();
            }
            let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
            self.shared.last_batch.store(micros, Ordering::Relaxed);
            histogram!("billfold_log_batch_seconds").record(began.elapsed());
            gauge!("billfold_log_cache_bytes").set(size(self.shared.cache.bytes()));
        }
        self.link.close().await;
    }

    /// Waits for commands and takes what is there, with the door that keeps other writers out.
    async fn take(&mut self) -> Option<(Vec<Queued>, Way)> {
        let mut door = Arc::clone(&self.shared.queue).lock_owned().await;
        let mut batch = loop {
            tokio::select! {
                // takes no more once it is closed, and answers nothing once it is empty too
                first = door.recv() => break first?,
                closing = self.stop.changed() => {
                    if closing.is_err() || *self.stop.borrow() {
                        door.close();
                        break door.recv().await?;
                    }
                }
            }
        };
        while batch.len() < self.shared.options.max_batch {
            match door.try_recv() {
                Ok(more) => batch.extend(more),
                Err(_) => break,
            }
        }
        gauge!("billfold_log_queue_depth").set(size(door.len()));
        Some((batch, Way { door: Some(door), turn: None }))
    }

    /// Stores a batch and answers every command of it.
    async fn store(&mut self, batch: Vec<Queued>, mut way: Way) {
        let mut parts = vec![batch];
        while let Some(mut part) = parts.pop() {
            match self.persist(&mut part, &mut way).await {
                Ok(outcomes) => {
                    if parts.is_empty() {
                        way.end();
                    }
                    answer(part, outcomes);
                }
                Err(Trouble::Refused(_)) if part.len() > 1 => {
                    let rest = part.split_off(part.len() / 2);
                    parts.extend([rest, part]);
                }
                Err(trouble) => {
                    let outcomes: Vec<Outcome> =
                        part.iter().map(|queued| Err(told(&trouble, queued.tried))).collect();
                    answer(part, outcomes);
                }
            }
        }
    }

    /// Tries until the batch is stored, or it is clear that it will not be.
    async fn persist(
        &mut self,
        batch: &mut [Queued],
        way: &mut Way,
    ) -> Result<Vec<Outcome>, Trouble> {
        let mut attempts = 0;
        let mut presumption = match batch.iter().any(|queued| queued.tried.is_some()) {
            true => Presumption::None,
            false => self.shared.caution.allows(),
        };
        loop {
            let patience = self.shared.options.reconnect_for;
            if let Err(error) = self.link.restore(patience).await {
                return Err(Trouble::Lost(error.to_string()));
            }
            let done = {
                let asked: Vec<Asked<'_>> = batch.iter().map(Queued::asked).collect();
                attempt(&self.shared, &mut self.link, &asked, way, presumption).await
            };
            let Done { tried, result } = done;
            let trouble = match result {
                Ok(outcomes) => return Ok(outcomes),
                Err(trouble) => trouble,
            };
            // those behind it must not wait at the door; its turn is still to come or goes on
            way.wait_for_turn(&self.shared).await;
            way.leave_door();
            let presumed = std::mem::replace(&mut presumption, Presumption::None);
            match (presumed, &trouble) {
                (Presumption::Next, Trouble::Again(_)) => {
                    self.shared.caution.lock();
                    presumption = Presumption::New;
                    continue;
                }
                (Presumption::Next | Presumption::New, Trouble::Refused(_)) => {
                    self.shared.caution.look_up();
                    continue;
                }
                _ => {}
            }
            counter!("billfold_log_retries_total").increment(1);
            attempts += 1;
            warn!(?trouble, attempts, commands = batch.len(), "a batch was not stored");
            match trouble {
                Trouble::Unknown(_) => {
                    batch.iter_mut().for_each(|queued| queued.tried = tried);
                    self.link.lose();
                }
                Trouble::Lost(_) => self.link.lose(),
                Trouble::Again(_) => {}
                Trouble::Unavailable(_) | Trouble::Refused(_) => return Err(trouble),
            }
            if attempts >= ATTEMPTS {
                return Err(trouble);
            }
        }
    }
}

/// The way of a batch to the log: the door, where it keeps others from the queue until it is
/// decided, and then its turn, in which no other batch of this process is stored.
pub(crate) struct Way {
    door: Option<OwnedMutexGuard<mpsc::Receiver<Vec<Queued>>>>,
    turn: Option<OwnedMutexGuard<()>>,
}

impl Way {
    /// Whoever has the door is the only one to wait.
    async fn wait_for_turn(&mut self, shared: &Shared) {
        if self.turn.is_none() {
            self.turn = Some(Arc::clone(&shared.turn).lock_owned().await);
        }
    }

    fn has_turn(&self) -> bool {
        self.turn.is_some()
    }

    /// Lets the next writer take from the queue.
    fn leave_door(&mut self) {
        self.door = None;
    }

    /// Lets the next batch be stored.
    fn end(&mut self) {
        (self.door, self.turn) = (None, None);
    }
}

fn answer(batch: Vec<Queued>, outcomes: Vec<Outcome>) {
    for (queued, outcome) in batch.into_iter().zip(outcomes) {
        queued.answer(outcome);
    }
}

/// What a caller hears when a batch was given up.
fn told(trouble: &Trouble, tried: Option<Hash>) -> SubmitError {
    match trouble {
        Trouble::Unknown(reason) => SubmitError::Unknown { reason: reason.clone() },
        // the receipts of the attempt that broke could not be looked up since
        Trouble::Lost(reason) | Trouble::Again(reason) | Trouble::Unavailable(reason)
            if tried.is_some() =>
        {
            SubmitError::Unknown { reason: reason.clone() }
        }
        Trouble::Lost(reason) | Trouble::Again(reason) | Trouble::Unavailable(reason) => {
            SubmitError::Unavailable { reason: reason.clone() }
        }
        Trouble::Refused(reason) => {
            SubmitError::Bug(format!("the database refuses what the command appends: {reason}"))
        }
    }
}

/// A count as metrics take it.
fn size(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}
