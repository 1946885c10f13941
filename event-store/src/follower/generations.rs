//! The rows of `projections`: which generations of a read model exist, which one answers, how far
//! each is.
//!
//! Guarantees: at most one generation of a name answers reads; it is exchanged in one transaction
//! and never for one that knows less. Absent on purpose: the tables of the read models; their
//! owner makes and drops them.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgPool, PgRow};
use thiserror::Error;

/// What a generation is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProjectionState {
    /// Being filled; answers nothing yet.
    Building,
    /// Answers reads and is followed.
    Live,
    /// Answers reads, and stays where it is until it is resumed.
    Paused,
    /// Answers reads, and stays where it is because an event could not be folded.
    Stopped,
    /// Was replaced; its tables may be dropped.
    Retired,
}

impl ProjectionState {
    /// The text in `projections.state`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Building => "building",
            Self::Live => "live",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Retired => "retired",
        }
    }

    pub(super) fn from_column(text: &str) -> Result<Self, sqlx::Error> {
        [Self::Building, Self::Live, Self::Paused, Self::Stopped, Self::Retired]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| sqlx::Error::Decode(format!("unknown projection state {text:?}").into()))
    }
}

/// How far one generation is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectionStatus {
    /// The read model.
    pub name: String,
    /// Its generation, from 1.
    pub generation: i32,
    /// What it is doing.
    pub state: ProjectionState,
    /// The log it follows.
    pub log_id: i16,
    /// All events up to here are folded in, or parked.
    pub position: i64,
    /// The head of the log when this was read.
    pub head: i64,
    /// `head - position`.
    pub lag_events: i64,
    /// How long ago the oldest event that is not folded in was recorded; zero if there is none.
    pub lag: Duration,
    /// Events that are set aside.
    pub parked: i64,
    /// Hash of the code it was built with.
    pub code_hash: String,
    /// Why it does not move, if it does not.
    pub last_error: Option<String>,
    /// The process that follows it.
    pub lease_owner: Option<String>,
    /// When the checkpoint last moved or its lease was renewed, by the database's clock.
    pub updated_at: DateTime<Utc>,
}

/// Why generations could not be changed.
#[derive(Debug, Error)]
pub enum GenerationError {
    /// The database is away or refused.
    #[error("the list of projections cannot be changed")]
    Database(#[from] sqlx::Error),
    /// There is no such generation, or it is in another state.
    #[error("{name} has no generation {generation} that is {expected}")]
    NotIn {
        /// The read model.
        name: String,
        /// The generation that was named.
        generation: i32,
        /// The state it should have been in.
        expected: &'static str,
    },
    /// The generation exists already.
    #[error("{name} already has generation {generation}; take a higher number")]
    Exists {
        /// The read model.
        name: String,
        /// The generation that was named.
        generation: i32,
    },
    /// The new generation knows less than the one it should replace.
    #[error("generation {generation} of {name} is {by} events behind; catch up and swap again")]
    Behind {
        /// The read model.
        name: String,
        /// The generation that should become live.
        generation: i32,
        /// How many events it lacks.
        by: i64,
    },
}

/// Makes sure that a read model has a generation that answers: the present one, or generation 1
/// at the start of the log. Returns its number. Tables must exist before; call both in one
/// transaction.
///
/// # Errors
/// [`GenerationError::Database`].
pub async fn ensure_live(
    connection: &mut PgConnection,
    name: &str,
    code_hash: &str,
    log_id: i16,
) -> Result<i32, GenerationError> {
    sqlx::query(
        "insert into projections \
             (name, generation, log_id, position, state, code_hash, lease_epoch, updated_at) \
         select $1, 1, $2, 0, 'live', $3, 0, clock_timestamp() \
         where not exists (select from projections where name = $1) on conflict do nothing",
    )
    .bind(name)
    .bind(log_id)
    .bind(code_hash)
    .execute(&mut *connection)
    .await?;
    sqlx::query_scalar(
        "select generation from projections \
         where name = $1 and state in ('live', 'paused', 'stopped')",
    )
    .bind(name)
    .fetch_optional(connection)
    .await?
    .ok_or_else(|| not_in(name, 1, "live"))
}

/// Registers a new generation that is to be built, at the start of the log.
///
/// # Errors
/// [`GenerationError::Exists`], [`GenerationError::Database`].
pub async fn register(
    connection: &mut PgConnection,
    name: &str,
    generation: i32,
    code_hash: &str,
    log_id: i16,
) -> Result<(), GenerationError> {
    let done = sqlx::query(
        "insert into projections \
             (name, generation, log_id, position, state, code_hash, lease_epoch, updated_at) \
         values ($1, $2, $3, 0, 'building', $4, 0, clock_timestamp()) on conflict do nothing",
    )
    .bind(name)
    .bind(generation)
    .bind(log_id)
    .bind(code_hash)
    .execute(connection)
    .await?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(GenerationError::Exists { name: name.to_owned(), generation })
    }
}

/// Sets the checkpoint of a generation that is being built; part of the transaction that loads it
/// in bulk.
///
/// # Errors
/// [`GenerationError::NotIn`], [`GenerationError::Database`].
pub async fn place(
    connection: &mut PgConnection,
    name: &str,
    generation: i32,
    position: i64,
) -> Result<(), GenerationError> {
    let done = sqlx::query(
        "update projections set position = $3, updated_at = clock_timestamp() \
         where name = $1 and generation = $2 and state = 'building'",
    )
    .bind(name)
    .bind(generation)
    .bind(position)
    .execute(connection)
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(not_in(name, generation, "building")) }
}

/// Lets generation `to` answer instead of `from`, in one transaction. Pause `from` and catch up
/// `to` first, or keep trying: while events arrive, a live generation runs ahead of one that is
/// being built.
///
/// # Errors
/// [`GenerationError::Behind`], [`GenerationError::NotIn`], [`GenerationError::Database`].
pub async fn swap(pool: &PgPool, name: &str, from: i32, to: i32) -> Result<(), GenerationError> {
    let mut tx = pool.begin().await?;
    let old = position_of(&mut tx, name, from, &["live", "paused", "stopped"]).await?;
    let old = old.ok_or_else(|| not_in(name, from, "live"))?;
    let new = position_of(&mut tx, name, to, &["building"]).await?;
    let new = new.ok_or_else(|| not_in(name, to, "building"))?;
    if new < old {
        let name = name.to_owned();
        return Err(GenerationError::Behind { name, generation: to, by: old - new });
    }
    for (generation, state) in [(from, "retired"), (to, "live")] {
        sqlx::query(
            "update projections set state = $3, updated_at = clock_timestamp(), \
                 lease_owner = null, lease_until = null, lease_epoch = lease_epoch + 1 \
             where name = $1 and generation = $2",
        )
        .bind(name)
        .bind(generation)
        .bind(state)
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Holds the live generation where it is. True if it was live.
///
/// # Errors
/// The database is away or refused.
pub async fn pause(pool: &PgPool, name: &str) -> Result<bool, sqlx::Error> {
    change_state(pool, name, &["live"], "paused").await
}

/// Lets a paused or stopped generation go on. True if it was paused or stopped.
///
/// # Errors
/// The database is away or refused.
pub async fn resume(pool: &PgPool, name: &str) -> Result<bool, sqlx::Error> {
    change_state(pool, name, &["paused", "stopped"], "live").await
}

/// Every generation that is not retired, by name.
///
/// # Errors
/// The database is away or refused.
pub async fn status(pool: &PgPool) -> Result<Vec<ProjectionStatus>, sqlx::Error> {
    let rows = sqlx::query(
        "select p.name, p.generation, p.state, p.log_id, p.position, h.position, \
             coalesce( \
                 (extract(epoch from clock_timestamp() - next.recorded_at) * 1000)::bigint, 0), \
             (select count(*) from dead_letters d \
              where d.name = p.name and d.generation = p.generation), \
             p.code_hash, p.last_error, p.lease_owner, p.updated_at \
         from projections p \
         join log_heads h on h.log_id = p.log_id \
         left join events next on next.log_id = p.log_id and next.position = p.position + 1 \
         where p.state <> 'retired' order by p.name, p.generation",
    )
    .fetch_all(pool)
    .await?;
    rows.iter().map(status_of).collect()
}

fn status_of(row: &PgRow) -> Result<ProjectionStatus, sqlx::Error> {
    let (position, head): (i64, i64) = (row.try_get(4)?, row.try_get(5)?);
    let lag_ms: i64 = row.try_get(6)?;
    Ok(ProjectionStatus {
        name: row.try_get(0)?,
        generation: row.try_get(1)?,
        state: ProjectionState::from_column(row.try_get(2)?)?,
        log_id: row.try_get(3)?,
        position,
        head,
        lag_events: head.saturating_sub(position).max(0),
        lag: Duration::from_millis(u64::try_from(lag_ms).unwrap_or(0)),
        parked: row.try_get(7)?,
        code_hash: row.try_get(8)?,
        last_error: row.try_get(9)?,
        lease_owner: row.try_get(10)?,
        updated_at: row.try_get(11)?,
    })
}

async fn change_state(
    pool: &PgPool,
    name: &str,
    from: &[&str],
    to: &str,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "update projections set state = $3, last_error = null, updated_at = clock_timestamp() \
         where name = $1 and state = any($2)",
    )
    .bind(name)
    .bind(from)
    .bind(to)
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

async fn position_of(
    connection: &mut PgConnection,
    name: &str,
    generation: i32,
    states: &[&str],
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar(
        "select position from projections \
         where name = $1 and generation = $2 and state = any($3) for update",
    )
    .bind(name)
    .bind(generation)
    .bind(states)
    .fetch_optional(connection)
    .await
}

fn not_in(name: &str, generation: i32, expected: &'static str) -> GenerationError {
    GenerationError::NotIn { name: name.to_owned(), generation, expected }
}
