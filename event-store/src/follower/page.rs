//! One page, one transaction: read the checkpoint under its lock, fold, park, move the checkpoint,
//! commit.
//!
//! Guarantees: an event is folded into a generation exactly once, because what it wrote and the
//! checkpoint that covers it commit together or not at all. For the same reason nobody waits until
//! a commit is on disk: what a crash of the database loses is folded again.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::{PgConnection, PgPool};

use super::generations::ProjectionState;
use super::lease::{Checkpoint, Lease};
use super::parked::{self, Stream};
use super::projector::{OnError, Projector, ProjectorError};
use crate::feed::ReadError;
use crate::recorded::Recorded;

/// Begins a page's transaction.
const BEGIN: &str = "begin; set local synchronous_commit = off";

/// What became of one page.
#[derive(Debug)]
pub(super) enum Stepped {
    /// The checkpoint moved.
    Moved { position: i64, poisons: Vec<Poison> },
    /// There is nothing new.
    Idle,
    /// The checkpoint is not where the page begins: the end of an earlier page's commit was not
    /// seen, or was lost in a crash of the database.
    Elsewhere { position: i64 },
    /// Another process has the lease.
    Lost,
    /// The generation was paused, stopped or retired.
    Resting,
}

/// Why a page was not committed.
#[derive(Debug)]
pub(super) enum StepError {
    /// Try again after a pause.
    Transient(String),
    /// An event cannot be folded, and the projector must not go on without it.
    Stop(Poison),
}

/// An event that cannot be folded.
#[derive(Debug, Clone)]
pub(super) struct Poison {
    pub(super) position: i64,
    pub(super) error: String,
}

/// How far a run of events was folded.
#[derive(Debug)]
pub(super) struct Folded {
    /// So many events, from the first, are folded in.
    pub(super) done: usize,
    /// The event after them, if it cannot be folded.
    pub(super) poison: Option<Poison>,
}

/// Why folding had to be given up for now.
#[derive(Debug)]
pub(super) enum FoldFailure {
    Database(sqlx::Error),
    Transient(String),
}

impl From<sqlx::Error> for FoldFailure {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<FoldFailure> for StepError {
    fn from(failure: FoldFailure) -> Self {
        match failure {
            FoldFailure::Database(error) => error.into(),
            FoldFailure::Transient(error) => Self::Transient(error),
        }
    }
}

impl From<sqlx::Error> for StepError {
    fn from(error: sqlx::Error) -> Self {
        Self::Transient(error.to_string())
    }
}

impl From<ReadError> for StepError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Database(error) => error.into(),
            other => Self::Transient(other.to_string()),
        }
    }
}

/// Folds a page that begins after position `after`. If it is empty, the lease is renewed only if
/// `renew`.
pub(super) async fn step(
    pool: &PgPool,
    lease: &Lease,
    projector: &dyn Projector,
    (after, page): (i64, Vec<Arc<Recorded>>),
    ttl: Duration,
    renew: bool,
) -> Result<Stepped, StepError> {
    let mut tx = pool.begin_with(BEGIN).await?;
    let Some(Checkpoint { position, state }) = lease.checkpoint(&mut tx).await? else {
        return Ok(Stepped::Lost);
    };
    if !matches!(state, ProjectionState::Live | ProjectionState::Building) {
        return Ok(Stepped::Resting);
    }
    if position != after {
        return Ok(Stepped::Elsewhere { position });
    }
    let Some(position) = page.last().map(|last| last.position) else {
        if renew {
            lease.advance(&mut tx, after, ttl).await?;
            tx.commit().await?;
        }
        return Ok(Stepped::Idle);
    };
    let poisons = fold_and_park(&mut tx, lease, projector, page).await?;
    lease.advance(&mut tx, position, ttl).await?;
    tx.commit().await?;
    Ok(Stepped::Moved { position, poisons })
}

/// Folds as many events as can be, from the first; a savepoint keeps a failed try from the
/// transaction.
pub(super) async fn fold(
    connection: &mut PgConnection,
    projector: &dyn Projector,
    generation: i32,
    events: &[Arc<Recorded>],
) -> Result<Folded, FoldFailure> {
    let (mut done, mut size) = (0, events.len());
    loop {
        let rest = events.get(done..).unwrap_or_default();
        let now = rest.get(..size).unwrap_or(rest);
        let Some(first) = now.first() else { return Ok(Folded { done, poison: None }) };
        let mut savepoint = Connection::begin(&mut *connection).await?;
        let error = match projector.apply(&mut savepoint, generation, now).await {
            Ok(()) => {
                savepoint.commit().await?;
                done += now.len();
                continue;
            }
            Err(error) => error,
        };
        savepoint.rollback().await?;
        let (position, error) = match error {
            ProjectorError::Transient(error) => {
                return Err(FoldFailure::Transient(error.to_string()));
            }
            ProjectorError::Poison { position, error } => (position, error),
            ProjectorError::Unlocated(_) if now.len() > 1 => {
                size = now.len() / 2;
                continue;
            }
            ProjectorError::Unlocated(error) => (first.position, error),
        };
        match now.iter().position(|event| event.position == position) {
            Some(0) => return Ok(Folded { done, poison: Some(Poison { position, error }) }),
            Some(before) => size = before,
            None => {
                let fault = format!("it named position {position}, which was not in its page");
                return Err(FoldFailure::Transient(fault));
            }
        }
    }
}

/// Folds what can be folded, in order; sets aside what cannot and what waits behind it.
async fn fold_and_park(
    connection: &mut PgConnection,
    lease: &Lease,
    projector: &dyn Projector,
    mut page: Vec<Arc<Recorded>>,
) -> Result<Vec<Poison>, StepError> {
    let parked = parked::streams(connection, lease.name, lease.generation).await?;
    let held: HashSet<Stream> = parked.into_iter().collect();
    if !held.is_empty() {
        let waiting = page.extract_if(.., |event| held.contains(&stream_of(event))).collect();
        hold(connection, lease, waiting, None).await?;
    }
    let mut poisons = Vec::new();
    loop {
        let folded = fold(connection, projector, lease.generation, &page).await?;
        let Some(poison) = folded.poison else { return Ok(poisons) };
        if projector.on_error() == OnError::Stop {
            return Err(StepError::Stop(poison));
        }
        page.drain(..folded.done);
        let Some(stream) = page.first().map(|event| stream_of(event)) else { return Ok(poisons) };
        let waiting = page.extract_if(.., |event| stream_of(event) == stream).collect();
        hold(connection, lease, waiting, Some(&poison)).await?;
        poisons.push(poison);
    }
}

async fn hold(
    connection: &mut PgConnection,
    lease: &Lease,
    events: Vec<Arc<Recorded>>,
    poison: Option<&Poison>,
) -> Result<(), sqlx::Error> {
    let reasons: Vec<(&Recorded, String)> = events
        .iter()
        .map(|event| match poison {
            Some(poison) if poison.position == event.position => (&**event, poison.error.clone()),
            _ => (&**event, "waits behind an earlier event of its stream".to_owned()),
        })
        .collect();
    parked::park(connection, lease.name, lease.generation, &reasons).await
}

fn stream_of(event: &Recorded) -> Stream {
    (event.tenant_id, event.aggregate_type.clone(), event.aggregate_id)
}
