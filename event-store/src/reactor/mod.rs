//! Following the log to want things outside.
//!
//! A reactor is no read model: it has one place in the log, which never goes back; it begins at the
//! head of an installation that has a past, since what happened before was done by somebody else;
//! and it can't be rebuilt, so that no rebuild charges anybody.
//!
//! Guarantees: what a page of events wants is written in the transaction that moves the place, so
//! that nothing is wanted twice or not at all, whatever process dies when; one process at a time
//! reacts; an event that this build does not understand stops the reactor, and is never skipped.
//! Absent on purpose: doing what is wanted, which workers do.

mod place;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::{PgConnection, PgPool};
use thiserror::Error;
use tokio::sync::watch;

use self::place::{Lease, Standing};
use crate::feed::Feed;
use crate::recorded::Recorded;

pub use self::place::{ReactorState, ReactorStatus, hold, place_at_head, register, resume, status};

/// What follows the log to want things outside.
#[async_trait]
pub trait Reactor: Send + Sync {
    /// Its name, as in `reactors.name`; never changed.
    fn name(&self) -> &'static str;

    /// Writes what a page of events wants, in the transaction that moves the place. It must not
    /// commit, and must write the same for an event however the log is cut into pages.
    ///
    /// # Errors
    /// See [`ReactorError`]. Whatever was written for the page is undone then.
    async fn react(
        &self,
        connection: &mut PgConnection,
        page: &[Arc<Recorded>],
    ) -> Result<(), ReactorError>;
}

/// Why a page was not reacted to.
#[derive(Debug, Error)]
pub enum ReactorError {
    /// It may work later (connection, lock): the same page is tried again after a pause.
    #[error("what the log wants cannot be written")]
    Transient(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// This build does not understand this event: a newer one wrote it. The reactor stops.
    #[error("the event at position {position} is not understood: {error}")]
    NotUnderstood {
        /// The event.
        position: i64,
        /// Why; no personal data.
        error: String,
    },
}

impl From<sqlx::Error> for ReactorError {
    fn from(error: sqlx::Error) -> Self {
        Self::Transient(Box::new(error))
    }
}

/// How a reactor is run.
#[derive(Debug, Clone)]
pub struct ReactOptions {
    /// Names this process; must differ from every other process, and from this one before a
    /// restart.
    pub owner: String,
    /// Events in one transaction at most.
    pub page: u32,
    /// How long a lease lasts unless renewed; a crashed process is replaced after that.
    pub lease: Duration,
    /// How often to look for new events, a free lease or a changed state when nothing wakes us.
    pub poll: Duration,
    /// The pause after a failure.
    pub retry: Duration,
}

impl ReactOptions {
    /// The defaults: pages of 1,000, leases of 30 s, a look every second, a pause of a second.
    pub fn new(owner: impl Into<String>) -> Self {
        Self {
            owner: owner.into(),
            page: 1000,
            lease: Duration::from_secs(30),
            poll: Duration::from_secs(1),
            retry: Duration::from_secs(1),
        }
    }
}

/// Runs reactors. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Reacting {
    pool: PgPool,
    feed: Feed,
}

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stepped {
    /// Events were reacted to; the place is here now.
    Moved(i64),
    /// There was nothing after this place.
    Idle(i64),
    /// It is held or stopped.
    Resting,
    /// Another process has the lease.
    Lost,
}

impl Reacting {
    /// Over a pool whose connections act as `billfold_feed`.
    pub fn new(pool: PgPool, feed: Feed) -> Self {
        Self { pool, feed }
    }

    /// Reacts until `shutdown` turns true or its sender is dropped. Failures are logged, written
    /// to the reactor's row and tried again; a lease that another process holds is asked for again
    /// and again.
    pub async fn run(
        &self,
        reactor: Arc<dyn Reactor>,
        options: ReactOptions,
        mut shutdown: watch::Receiver<bool>,
    ) {
        let name = reactor.name();
        while !over(&shutdown) {
            let wait = match self.hold_and_react(&*reactor, &options, &mut shutdown).await {
                Ok(()) => options.poll,
                Err(error) => {
                    tracing::warn!(reactor = name, %error, "cannot react now; trying again");
                    options.retry
                }
            };
            rest(wait, &mut shutdown).await;
        }
    }

    /// Reacts to everything there is now; answers the place then. For who wants to know that all
    /// that happened so far was reacted to.
    ///
    /// # Errors
    /// The reactor is held or stopped, another process has its lease, or a page failed.
    pub async fn catch_up(
        &self,
        reactor: &dyn Reactor,
        options: &ReactOptions,
    ) -> Result<i64, ReactorError> {
        let lease = Lease::take(&self.pool, reactor.name(), &options.owner, options.lease).await?;
        let lease = lease.ok_or_else(|| not_ours(reactor.name()))?;
        let reached = loop {
            match self.step(&lease, reactor, options).await? {
                Stepped::Moved(_) => {}
                Stepped::Idle(position) => break Ok(position),
                Stepped::Resting | Stepped::Lost => break Err(not_ours(reactor.name())),
            }
        };
        lease.release(&self.pool).await?;
        reached
    }

    async fn hold_and_react(
        &self,
        reactor: &dyn Reactor,
        options: &ReactOptions,
        shutdown: &mut watch::Receiver<bool>,
    ) -> Result<(), sqlx::Error> {
        let lease = Lease::take(&self.pool, reactor.name(), &options.owner, options.lease).await?;
        let Some(lease) = lease else { return Ok(()) };
        while !over(shutdown) {
            match self.step(&lease, reactor, options).await {
                Ok(Stepped::Moved(position)) => self.gauge(reactor.name(), position),
                Ok(Stepped::Idle(position)) => {
                    self.gauge(reactor.name(), position);
                    self.await_news(position, options, shutdown).await;
                }
                Ok(Stepped::Resting) => break,
                Ok(Stepped::Lost) => return Ok(()),
                Err(error) => {
                    let stops = matches!(error, ReactorError::NotUnderstood { .. });
                    let name = reactor.name();
                    if stops {
                        tracing::error!(reactor = name, %error, "stopped: update this node");
                    } else {
                        tracing::warn!(reactor = name, %error, "a page failed");
                    }
                    lease.note(&self.pool, &error.to_string(), stops).await?;
                    rest(options.retry, shutdown).await;
                }
            }
        }
        lease.release(&self.pool).await
    }

    async fn step(
        &self,
        lease: &Lease,
        reactor: &dyn Reactor,
        options: &ReactOptions,
    ) -> Result<Stepped, ReactorError> {
        let mut transaction = self.pool.begin().await?;
        let after = match lease.standing(&mut transaction).await? {
            Standing::At(position) => position,
            Standing::Resting => return Ok(Stepped::Resting),
            Standing::Lost => return Ok(Stepped::Lost),
        };
        let page = self.feed.shared_page(after, options.page).await;
        let page = page.map_err(|error| ReactorError::Transient(Box::new(error)))?;
        let Some(last) = page.last().map(|event| event.position) else {
            lease.renew(&mut transaction, options.lease).await?;
            transaction.commit().await?;
            return Ok(Stepped::Idle(after));
        };
        reactor.react(&mut transaction, &page).await?;
        lease.advance(&mut transaction, last, options.lease).await?;
        transaction.commit().await?;
        Ok(Stepped::Moved(last))
    }

    async fn await_news(
        &self,
        position: i64,
        options: &ReactOptions,
        shutdown: &mut watch::Receiver<bool>,
    ) {
        // The next look renews the lease, so it must come well before the lease runs out.
        let at_most = options.poll.min(options.lease / 3);
        let news = tokio::select! {
            _ = shutdown.wait_for(|now| *now) => return,
            news = self.feed.wait(position, at_most) => news,
        };
        if let Err(error) = news {
            tracing::warn!(%error, "the feed cannot be watched; looking again");
            rest(options.retry, shutdown).await;
        }
    }

    fn gauge(&self, name: &'static str, position: i64) {
        let lag = self.feed.seen().saturating_sub(position).max(0);
        metrics::gauge!("billfold_reactor_lag_events", "reactor" => name).set(lag as f64);
    }
}

fn not_ours(name: &'static str) -> ReactorError {
    ReactorError::Transient(
        format!("the reactor {name} is held, stopped, or run by another process").into(),
    )
}

fn over(shutdown: &watch::Receiver<bool>) -> bool {
    *shutdown.borrow() || shutdown.has_changed().is_err()
}

/// Sleeps, but not past a shutdown.
async fn rest(pause: Duration, shutdown: &mut watch::Receiver<bool>) {
    let _either = tokio::time::timeout(pause, shutdown.wait_for(|now| *now)).await;
}
