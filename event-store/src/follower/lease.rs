//! Who may move a checkpoint. A lease lies in the projection's own row and is timed by the
//! database's clock; its epoch grows with every change of owner.
//!
//! Guarantees: a checkpoint moves only for the newest epoch, however late a stale owner wakes up.
//! Absent on purpose: session locks. They do not survive poolers and say nothing about who holds
//! them.

use std::time::Duration;

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgPool};

use super::generations::ProjectionState;

/// The right to move the checkpoint of one generation, as long as nobody has taken it over.
#[derive(Debug, Clone)]
pub(super) struct Lease {
    pub(super) name: &'static str,
    pub(super) generation: i32,
    pub(super) owner: String,
    pub(super) epoch: i64,
    /// The checkpoint when the lease was taken.
    pub(super) position: i64,
}

/// Where a generation stands, read under its row lock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Checkpoint {
    pub(super) position: i64,
    pub(super) state: ProjectionState,
}

/// Ends every lease, so that nobody waits for those of a process that was killed. Only for who
/// knows that no process of this database lives but itself; one that lives after all loses nothing
/// but its place, since the epochs grow.
///
/// # Errors
/// The database is away or refused.
pub async fn end_leases(connection: &mut PgConnection) -> Result<u64, sqlx::Error> {
    let ended = sqlx::query(
        "update projections set lease_owner = null, lease_until = null, \
             lease_epoch = lease_epoch + 1 \
         where lease_owner is not null",
    )
    .execute(connection)
    .await?;
    Ok(ended.rows_affected())
}

/// Which generation a lease is wanted for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    /// The one that answers reads.
    Live,
    /// One that is being built.
    Building(i32),
}

impl Lease {
    /// Takes the lease if it is free, has run out, or was ours; nothing otherwise.
    pub(super) async fn acquire(
        pool: &PgPool,
        name: &'static str,
        wanted: Wanted,
        code_hash: &str,
        owner: &str,
        ttl: Duration,
    ) -> Result<Option<Self>, sqlx::Error> {
        let (state, generation) = match wanted {
            Wanted::Live => ("live", None),
            Wanted::Building(generation) => ("building", Some(generation)),
        };
        let row = sqlx::query(
            "update projections set lease_owner = $1, lease_epoch = lease_epoch + 1, \
                 lease_until = clock_timestamp() + $2 * interval '1 millisecond' \
             where name = $3 and state = $4 and code_hash = $5 \
               and ($6::integer is null or generation = $6) \
               and (lease_until is null or lease_until < clock_timestamp() or lease_owner = $1) \
             returning generation, lease_epoch, position",
        )
        .bind(owner)
        .bind(millis(ttl))
        .bind(name)
        .bind(state)
        .bind(code_hash)
        .bind(generation)
        .fetch_optional(pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let (generation, epoch, position) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        Ok(Some(Self { name, generation, owner: owner.to_owned(), epoch, position }))
    }

    /// Locks and reads the checkpoint; nothing if the lease was lost.
    pub(super) async fn checkpoint(
        &self,
        connection: &mut PgConnection,
    ) -> Result<Option<Checkpoint>, sqlx::Error> {
        let row = sqlx::query(
            "select position, state from projections \
             where name = $1 and generation = $2 and lease_owner = $3 and lease_epoch = $4 \
             for update",
        )
        .bind(self.name)
        .bind(self.generation)
        .bind(&self.owner)
        .bind(self.epoch)
        .fetch_optional(connection)
        .await?;
        row.map(|row| {
            Ok(Checkpoint {
                position: row.try_get(0)?,
                state: ProjectionState::from_column(row.try_get(1)?)?,
            })
        })
        .transpose()
    }

    /// Moves the checkpoint, or leaves it where it is, and renews the lease. The row is locked.
    pub(super) async fn advance(
        &self,
        connection: &mut PgConnection,
        position: i64,
        ttl: Duration,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "update projections set position = $3, last_error = null, \
                 updated_at = clock_timestamp(), \
                 lease_until = clock_timestamp() + $4 * interval '1 millisecond' \
             where name = $1 and generation = $2",
        )
        .bind(self.name)
        .bind(self.generation)
        .bind(position)
        .bind(millis(ttl))
        .execute(connection)
        .await?;
        Ok(())
    }

    /// Writes down why the projection does not move; `stop` also takes it out of service.
    pub(super) async fn fail(
        &self,
        pool: &PgPool,
        error: &str,
        stop: bool,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "update projections set last_error = $5, updated_at = clock_timestamp(), \
                 state = case when $6 then 'stopped' else state end \
             where name = $1 and generation = $2 and lease_owner = $3 and lease_epoch = $4",
        )
        .bind(self.name)
        .bind(self.generation)
        .bind(&self.owner)
        .bind(self.epoch)
        .bind(error)
        .bind(stop)
        .execute(pool)
        .await?;
        Ok(())
    }

    /// Gives the lease back, so that another process need not wait until it runs out.
    pub(super) async fn release(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        sqlx::query(
            "update projections set lease_owner = null, lease_until = null \
             where name = $1 and generation = $2 and lease_owner = $3 and lease_epoch = $4",
        )
        .bind(self.name)
        .bind(self.generation)
        .bind(&self.owner)
        .bind(self.epoch)
        .execute(pool)
        .await?;
        Ok(())
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
