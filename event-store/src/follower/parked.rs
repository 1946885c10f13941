//! Events that were set aside: the one that could not be folded, and all later ones of its
//! stream, which would otherwise be folded onto a state that misses it.
//!
//! Guarantees: of one stream, either every event up to the checkpoint is folded in, or a first
//! one is parked and none after it is. Rows are references, so a retry reads the event as it is
//! decoded then.

use std::sync::Arc;

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgPool};
use thiserror::Error;
use uuid::Uuid;

use super::page::{self, FoldFailure};
use super::projector::Projector;
use crate::recorded::{COLUMNS, Recorded};

/// A stream, as a key that can be looked up for each event of a page.
pub(super) type Stream = (Uuid, String, Uuid);

/// What a retry came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retried {
    /// Events that are folded in now.
    pub applied: u64,
    /// Events that are still set aside.
    pub parked: u64,
}

/// Why a retry broke off. Streams that were done before stay done.
#[derive(Debug, Error)]
pub enum RetryError {
    /// The database is away or refused.
    #[error("the parked events cannot be retried")]
    Database(#[from] sqlx::Error),
    /// The read model could not be written for a passing reason.
    #[error("the read model cannot be written now: {0}")]
    Transient(String),
    /// There is no live generation.
    #[error("{name} has no live generation")]
    NoGeneration {
        /// The read model.
        name: &'static str,
    },
    /// The live generation was built by other code.
    #[error("{name} is followed by another build; retry with that one, or rebuild")]
    OtherCode {
        /// The read model.
        name: &'static str,
    },
}

/// Folds the parked events of a read model again, stream by stream, each in a transaction of its
/// own.
///
/// # Errors
/// See [`RetryError`].
pub async fn retry_dead_letters(
    pool: &PgPool,
    projector: &dyn Projector,
) -> Result<Retried, RetryError> {
    let mut retried = Retried::default();
    let mut after = None;
    loop {
        let mut tx = pool.begin().await?;
        let generation = lock_live(&mut tx, projector).await?;
        let Some(stream) = next_stream(&mut tx, projector.name(), generation, &after).await? else {
            return Ok(retried);
        };
        let events = events_of(&mut tx, projector.name(), generation, &stream).await?;
        let folded = page::fold(&mut tx, projector, generation, &events).await;
        let folded = folded.map_err(|failure| match failure {
            FoldFailure::Database(error) => RetryError::Database(error),
            FoldFailure::Transient(error) => RetryError::Transient(error),
        })?;
        let (done, left) = events.split_at(folded.done);
        forget(&mut tx, projector.name(), generation, done).await?;
        if let (Some(poison), Some(first)) = (&folded.poison, left.first()) {
            note(&mut tx, projector.name(), generation, first.position, &poison.error).await?;
        }
        tx.commit().await?;
        retried.applied += u64::try_from(done.len()).unwrap_or(u64::MAX);
        retried.parked += u64::try_from(left.len()).unwrap_or(u64::MAX);
        after = Some(stream);
    }
}

/// The streams of a generation that have parked events.
pub(super) async fn streams(
    connection: &mut PgConnection,
    name: &str,
    generation: i32,
) -> Result<Vec<Stream>, sqlx::Error> {
    sqlx::query_as(
        "select distinct tenant_id, aggregate_type, aggregate_id from dead_letters \
         where name = $1 and generation = $2",
    )
    .bind(name)
    .bind(generation)
    .fetch_all(connection)
    .await
}

/// Sets events aside.
pub(super) async fn park(
    connection: &mut PgConnection,
    name: &str,
    generation: i32,
    events: &[(&Recorded, String)],
) -> Result<(), sqlx::Error> {
    for (event, error) in events {
        sqlx::query(
            "insert into dead_letters (name, generation, tenant_id, aggregate_type, \
                 aggregate_id, position, error, parked_at) \
             values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp()) \
             on conflict (name, generation, position) do update set error = excluded.error",
        )
        .bind(name)
        .bind(generation)
        .bind(event.tenant_id)
        .bind(&event.aggregate_type)
        .bind(event.aggregate_id)
        .bind(event.position)
        .bind(error)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Locks the live generation, so that its follower waits, and returns its number.
async fn lock_live(
    connection: &mut PgConnection,
    projector: &dyn Projector,
) -> Result<i32, RetryError> {
    let name = projector.name();
    let row = sqlx::query(
        "select generation, code_hash from projections \
         where name = $1 and state in ('live', 'paused', 'stopped') for update",
    )
    .bind(name)
    .fetch_optional(connection)
    .await?
    .ok_or(RetryError::NoGeneration { name })?;
    if row.try_get::<&str, _>(1)? == projector.code_hash() {
        Ok(row.try_get(0)?)
    } else {
        Err(RetryError::OtherCode { name })
    }
}

async fn next_stream(
    connection: &mut PgConnection,
    name: &str,
    generation: i32,
    after: &Option<Stream>,
) -> Result<Option<Stream>, sqlx::Error> {
    let mut all = streams(connection, name, generation).await?;
    all.sort();
    Ok(all.into_iter().find(|stream| after.as_ref().is_none_or(|last| stream > last)))
}

async fn events_of(
    connection: &mut PgConnection,
    name: &str,
    generation: i32,
    stream: &Stream,
) -> Result<Vec<Arc<Recorded>>, sqlx::Error> {
    let sql = format!(
        "select {COLUMNS} from events where (log_id, position) in ( \
             select p.log_id, d.position from dead_letters d \
             join projections p on p.name = d.name and p.generation = d.generation \
             where d.name = $1 and d.generation = $2 and d.tenant_id = $3 \
               and d.aggregate_type = $4 and d.aggregate_id = $5) \
         order by position"
    );
    let rows = sqlx::query(&sql)
        .bind(name)
        .bind(generation)
        .bind(stream.0)
        .bind(&stream.1)
        .bind(stream.2)
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Recorded::from_row(row).map(Arc::new)).collect()
}

async fn forget(
    connection: &mut PgConnection,
    name: &str,
    generation: i32,
    events: &[Arc<Recorded>],
) -> Result<(), sqlx::Error> {
    let positions: Vec<i64> = events.iter().map(|event| event.position).collect();
    sqlx::query(
        "delete from dead_letters where name = $1 and generation = $2 and position = any($3)",
    )
    .bind(name)
    .bind(generation)
    .bind(positions)
    .execute(connection)
    .await?;
    Ok(())
}

async fn note(
    connection: &mut PgConnection,
    name: &str,
    generation: i32,
    position: i64,
    error: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update dead_letters set error = $4, parked_at = clock_timestamp() \
         where name = $1 and generation = $2 and position = $3",
    )
    .bind(name)
    .bind(generation)
    .bind(position)
    .bind(error)
    .execute(connection)
    .await?;
    Ok(())
}
