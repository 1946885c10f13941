//! Keeping read models up to date: pages of the feed, folded under a lease.
//!
//! Guarantees: each event is folded into each live read model exactly once, in order, whatever
//! process dies when; one process at a time follows a read model, and any process may take over;
//! an event that cannot be folded holds back its own stream at most (or stops the read model, if
//! that is its rule). Absent on purpose: any way to send something. Rebuilding is a bulk load
//! into a new generation (`copy`, `generations`), then [`Follower::catch_up`], then [`swap`].

mod generations;
mod lease;
mod page;
mod parked;
mod projector;

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::PgPool;
use thiserror::Error;
use tokio::sync::watch;

use self::lease::{Lease, Wanted};
use self::page::{Poison, StepError, Stepped, step};
use crate::feed::Feed;
use crate::recorded::Recorded;

pub use self::generations::{
    GenerationError, ProjectionState, ProjectionStatus, ensure_live, pause, place, register,
    resume, status, swap,
};
pub use self::lease::end_leases;
pub use self::parked::{Retried, RetryError, retry_dead_letters};
pub use self::projector::{OnError, Projector, ProjectorError};

/// How a follower follows.
#[derive(Debug, Clone)]
pub struct FollowOptions {
    /// Names this process; must differ from every other process, and from this one before a
    /// restart.
    pub owner: String,
    /// Events in one transaction at most.
    pub page: u32,
    /// How long a lease lasts unless renewed; a crashed process is replaced after that.
    pub lease: Duration,
    /// The pause after a page that held all there was, so that the next one is worth its
    /// transaction when events keep coming. Who has caught up does not pause.
    pub linger: Duration,
    /// How often to look for new events, a free lease or a changed state when nothing wakes us.
    pub poll: Duration,
    /// The pause after a failure; it doubles up to `retry_at_most`.
    pub retry_first: Duration,
    /// The longest pause after a failure.
    pub retry_at_most: Duration,
}

impl FollowOptions {
    /// The defaults: pages of 1,000, 10 ms between smaller ones, leases of 30 s, a look every
    /// second, pauses from 0.2 s to 30 s.
    pub fn new(owner: impl Into<String>) -> Self {
        Self {
            owner: owner.into(),
            page: 1000,
            linger: Duration::from_millis(10),
            lease: Duration::from_secs(30),
            poll: Duration::from_secs(1),
            retry_first: Duration::from_millis(200),
            retry_at_most: Duration::from_secs(30),
        }
    }
}

/// Why a generation could not be caught up.
#[derive(Debug, Error)]
pub enum CatchUpError {
    /// The lease or a page could not be had from the database.
    #[error("the read model cannot be caught up")]
    Database(#[from] sqlx::Error),
    /// Another process builds this generation, it is not being built, or other code registered it.
    #[error("generation {generation} of {name} is not ours to build")]
    NotOurs {
        /// The read model.
        name: &'static str,
        /// The generation.
        generation: i32,
    },
    /// The read model could not be written.
    #[error("{0}")]
    Transient(String),
    /// An event cannot be folded.
    #[error("the event at position {position} cannot be folded: {error}")]
    Poison {
        /// The event.
        position: i64,
        /// Why.
        error: String,
    },
}

/// Follows the log for read models. Cheap to clone; clones share the feed's listening connection.
#[derive(Debug, Clone)]
pub struct Follower {
    pool: PgPool,
    feed: Feed,
}

/// Where a follower stands.
#[derive(Debug)]
struct Place {
    /// The checkpoint, as far as we know.
    position: i64,
    /// The page after it, if it was read already.
    ahead: Option<Vec<Arc<Recorded>>>,
}

impl Place {
    fn at(lease: &Lease) -> Self {
        Self { position: lease.position, ahead: None }
    }
}

/// Why a run under one lease ended.
enum Ended {
    Shutdown,
    Lost,
    Resting,
}

impl Follower {
    /// A follower over a pool whose connections act as `billfold_feed`.
    pub fn new(pool: PgPool, feed: Feed) -> Self {
        Self { pool, feed }
    }

    /// Follows the live generation of a read model until `shutdown` turns true or its sender is
    /// dropped. Failures are logged, written to the projection's row and tried again; a lease
    /// that another process holds is asked for again and again.
    pub async fn run(
        &self,
        projector: Arc<dyn Projector>,
        options: FollowOptions,
        mut shutdown: watch::Receiver<bool>,
    ) {
        let name = projector.name();
        let mut pause = options.retry_first;
        while !over(&shutdown) {
            let wait = match self.take_and_follow(&*projector, &options, &mut shutdown).await {
                Ok(Some(Ended::Shutdown)) => return,
                Ok(Some(Ended::Lost)) => {
                    tracing::info!(projection = name, "another process has taken the lease");
                    options.poll
                }
                Ok(Some(Ended::Resting) | None) => {
                    pause = options.retry_first;
                    options.poll
                }
                Err(error) => {
                    tracing::warn!(projection = name, %error, "no lease can be had; trying again");
                    let wait = pause;
                    pause = (pause * 2).min(options.retry_at_most);
                    wait
                }
            };
            rest(wait, &mut shutdown).await;
        }
    }

    /// Brings a generation that is being built up to `through`, at least. Returns where it stands
    /// then. An event that cannot be folded is parked or ends this, as the projector's rule says.
    ///
    /// # Errors
    /// See [`CatchUpError`]; call again to go on from where it stands.
    pub async fn catch_up(
        &self,
        projector: &dyn Projector,
        generation: i32,
        through: i64,
        options: &FollowOptions,
    ) -> Result<i64, CatchUpError> {
        let name = projector.name();
        let lease = self.acquire(projector, Wanted::Building(generation), options).await?;
        let lease = lease.ok_or(CatchUpError::NotOurs { name, generation })?;
        let mut place = Place::at(&lease);
        let reached = loop {
            match self.step(&lease, projector, &mut place, options, true).await {
                Ok(Stepped::Moved { position, poisons }) => {
                    report(&lease, &poisons);
                    if position >= through {
                        break Ok(position);
                    }
                }
                Ok(Stepped::Idle) => break Ok(place.position),
                Ok(Stepped::Elsewhere { .. }) => {}
                Ok(Stepped::Lost | Stepped::Resting) => {
                    break Err(CatchUpError::NotOurs { name, generation });
                }
                Err(StepError::Transient(error)) => break Err(CatchUpError::Transient(error)),
                Err(StepError::Stop(Poison { position, error })) => {
                    break Err(CatchUpError::Poison { position, error });
                }
            }
        };
        lease.release(&self.pool).await?;
        reached
    }

    async fn acquire(
        &self,
        projector: &dyn Projector,
        wanted: Wanted,
        options: &FollowOptions,
    ) -> Result<Option<Lease>, sqlx::Error> {
        let (name, code_hash) = (projector.name(), projector.code_hash());
        Lease::acquire(&self.pool, name, wanted, &code_hash, &options.owner, options.lease).await
    }

    /// Nothing if the lease is not to be had.
    async fn take_and_follow(
        &self,
        projector: &dyn Projector,
        options: &FollowOptions,
        shutdown: &mut watch::Receiver<bool>,
    ) -> Result<Option<Ended>, sqlx::Error> {
        let Some(lease) = self.acquire(projector, Wanted::Live, options).await? else {
            return Ok(None);
        };
        let ended = self.follow(&lease, projector, options, shutdown).await;
        lease.release(&self.pool).await?;
        Ok(Some(ended))
    }

    async fn follow(
        &self,
        lease: &Lease,
        projector: &dyn Projector,
        options: &FollowOptions,
        shutdown: &mut watch::Receiver<bool>,
    ) -> Ended {
        let mut pause = options.retry_first;
        let mut renewed = Instant::now();
        let mut place = Place::at(lease);
        while !over(shutdown) {
            // looks that find nothing cost no commit, until the lease has used up a third of its
            // time
            let renew = renewed.elapsed() > options.lease / 3;
            match self.step(lease, projector, &mut place, options, renew).await {
                Ok(Stepped::Moved { position, poisons }) => {
                    (pause, renewed) = (options.retry_first, Instant::now());
                    report(lease, &poisons);
                    self.gauge(lease, position);
                    if place.ahead.is_none() {
                        rest(options.linger, shutdown).await;
                        self.await_news(position, options, shutdown).await;
                    }
                }
                Ok(Stepped::Idle) => {
                    pause = options.retry_first;
                    renewed = if renew { Instant::now() } else { renewed };
                    self.gauge(lease, place.position);
                    self.await_news(place.position, options, shutdown).await;
                }
                Ok(Stepped::Elsewhere { .. }) => {}
                Ok(Stepped::Lost) => return Ended::Lost,
                Ok(Stepped::Resting) => return Ended::Resting,
                Err(StepError::Stop(poison)) => {
                    let error = format!("position {}: {}", poison.position, poison.error);
                    report(lease, &[poison]);
                    self.note(lease, &error, true).await;
                    rest(pause, shutdown).await;
                }
                Err(StepError::Transient(error)) => {
                    tracing::warn!(projection = lease.name, error, "a page failed; trying again");
                    self.note(lease, &error, false).await;
                    rest(pause, shutdown).await;
                    pause = (pause * 2).min(options.retry_at_most);
                }
            }
        }
        Ended::Shutdown
    }

    /// Folds the page at `place` and moves on; the page after a full one is read meanwhile.
    async fn step(
        &self,
        lease: &Lease,
        projector: &dyn Projector,
        place: &mut Place,
        options: &FollowOptions,
        renew: bool,
    ) -> Result<Stepped, StepError> {
        let (after, limit) = (place.position, options.page);
        let page = match place.ahead.take() {
            Some(page) => page,
            None => self.feed.shared_page(after, limit).await?,
        };
        let last = page.last().map(|last| last.position);
        let full = last.filter(|_| u32::try_from(page.len()) == Ok(limit));
        let ahead = async {
            match full {
                Some(last) => self.feed.shared_page(last, limit).await.ok(),
                None => None,
            }
        };
        let work = step(&self.pool, lease, projector, (after, page), options.lease, renew);
        let (stepped, ahead) = tokio::join!(work, ahead);
        match stepped? {
            Stepped::Moved { position, poisons } => {
                *place = Place { position, ahead };
                Ok(Stepped::Moved { position, poisons })
            }
            Stepped::Elsewhere { position } => {
                place.position = position;
                Ok(Stepped::Elsewhere { position })
            }
            other => Ok(other),
        }
    }

    async fn await_news(
        &self,
        position: i64,
        options: &FollowOptions,
        shutdown: &mut watch::Receiver<bool>,
    ) {
        // the lease is renewed by the next look, so it must come well before the lease runs out
        let at_most = options.poll.min(options.lease / 3);
        let news = tokio::select! {
            _ = shutdown.wait_for(|now| *now) => return,
            news = self.feed.wait(position, at_most) => news,
        };
        if let Err(error) = news {
            tracing::warn!(%error, "the feed cannot be watched; looking again");
        }
    }

    async fn note(&self, lease: &Lease, error: &str, stop: bool) {
        if let Err(fault) = lease.fail(&self.pool, error, stop).await {
            tracing::warn!(projection = lease.name, error = %fault, "cannot note why it failed");
        }
    }

    fn gauge(&self, lease: &Lease, position: i64) {
        let lag = self.feed.seen().saturating_sub(position).max(0);
        metrics::gauge!("billfold_projection_lag_events", "projection" => lease.name)
            .set(lag as f64);
    }
}

/// Tells operators about events that could not be folded.
fn report(lease: &Lease, poisons: &[Poison]) {
    for Poison { position, error } in poisons {
        tracing::error!(
            projection = lease.name,
            generation = lease.generation,
            position,
            error,
            "an event cannot be folded; fix the projection, then retry its dead letters"
        );
        metrics::counter!("billfold_projection_poison_total", "projection" => lease.name)
            .increment(1);
    }
}

/// Whether it is time to end: nobody can ask for it any more once the sender is gone.
fn over(shutdown: &watch::Receiver<bool>) -> bool {
    *shutdown.borrow() || shutdown.has_changed().is_err()
}

/// Sleeps, but not past a shutdown.
async fn rest(pause: Duration, shutdown: &mut watch::Receiver<bool>) {
    let _either = tokio::time::timeout(pause, shutdown.wait_for(|now| *now)).await;
}
