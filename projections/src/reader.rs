//! Reading: one short transaction per question, with the tenant's own rights.
//!
//! Guarantees: every answer comes from one snapshot of one whole generation and names the position
//! it was built from; the tenant is set for the transaction only, so a pooled connection carries
//! nothing over; waiting for a position is bounded. Absent on purpose: writing, and caching.

use std::time::Duration;

use billfold_domain::kernel::id::TenantId;
use chrono::{DateTime, Utc};
use sqlx::{Executor, PgConnection, PgPool, Postgres, Row, Transaction};
use tokio::time::Instant;

use crate::error::Error;
use crate::generation::LOG;
use crate::registry::find;

/// An answer and the position of the log it was built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<T> {
    /// All events up to here are in it, and none after.
    pub as_of_position: i64,
    /// What was asked for.
    pub value: T,
}

/// A past or present state of knowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AsOf {
    /// All that the read model knows.
    #[default]
    Now,
    /// All that the log held at a position.
    Position(i64),
    /// All that the log held at an instant.
    Instant(DateTime<Utc>),
}

/// The way to the read models. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Reads {
    pool: PgPool,
}

/// One transaction of one tenant.
#[derive(Debug)]
pub struct Read {
    tx: Transaction<'static, Postgres>,
    /// Position of the read models asked for; the lowest if they are several.
    pub position: i64,
}

impl Reads {
    /// Reads through a pool whose connections act as `billfold_app`.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Opens a snapshot of projections for a tenant. Names are those of `PROJECTIONS`.
    ///
    /// # Errors
    /// [`Error::NotBuilt`] if one of them has no generation that answers.
    pub async fn open(&self, tenant: TenantId, names: &[&'static str]) -> Result<Read, Error> {
        let begin = format!(
            "begin isolation level repeatable read read only; set local billfold.tenant = '{}'",
            tenant.uuid()
        );
        let mut tx = self.pool.begin_with(begin).await?;
        let mut views = Vec::new();
        for name in names {
            views.extend(find(name)?.shapes().into_iter().map(|shape| shape.view(name)));
        }
        // A lock takes no snapshot. So the snapshot comes after the views are ours, and cannot be
        // older than the generation they show.
        let sql = format!(
            "lock table {} in access share mode; \
             select coalesce(min(position), 0), count(*) from projections \
             where name in ('{}') and state in ('live', 'paused', 'stopped')",
            views.join(", "),
            names.join("', '")
        );
        let row = match tx.fetch_one(sqlx::raw_sql(&sql)).await {
            Ok(row) => row,
            Err(error) if is_missing_table(&error) => {
                return Err(Error::NotBuilt { name: names.join(", ") });
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Read { tx, position: row.try_get(0)? })
    }

    /// Waits until a projection has reached `wanted`, but no longer than `at_most`, and not at all
    /// for one that is paused or stopped.
    ///
    /// # Errors
    /// [`Error::NotYet`] with the position it has reached.
    pub async fn wait(
        &self,
        name: &'static str,
        wanted: i64,
        at_most: Duration,
    ) -> Result<i64, Error> {
        const FIRST_PAUSE: Duration = Duration::from_millis(2);
        const LONGEST_PAUSE: Duration = Duration::from_millis(40);
        let deadline = Instant::now() + at_most;
        let mut pause = FIRST_PAUSE;
        loop {
            let (position, moves) = self.standing(name).await?;
            if position >= wanted {
                return Ok(position);
            }
            if !moves || Instant::now() + pause > deadline {
                return Err(Error::NotYet { name, position, wanted });
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Where a projection is.
    ///
    /// # Errors
    /// [`Error::NotBuilt`].
    pub async fn position(&self, name: &'static str) -> Result<i64, Error> {
        Ok(self.standing(name).await?.0)
    }

    /// Where a projection is, and whether it follows the log.
    async fn standing(&self, name: &'static str) -> Result<(i64, bool), Error> {
        let found = sqlx::query_as(
            "select position, state = 'live' from projections \
             where name = $1 and state in ('live', 'paused', 'stopped')",
        )
        .bind(name)
        .fetch_optional(&self.pool)
        .await?;
        found.ok_or_else(|| Error::NotBuilt { name: name.to_owned() })
    }
}

impl Read {
    /// The connection, inside the transaction.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// The position a question is about: what the log held then, as far as this snapshot knows it.
    ///
    /// # Errors
    /// [`Error::NotYet`] for a position that the read model has not reached.
    pub async fn resolve(&mut self, name: &'static str, as_of: AsOf) -> Result<i64, Error> {
        match as_of {
            AsOf::Now => Ok(self.position),
            AsOf::Position(wanted) if wanted > self.position => {
                Err(Error::NotYet { name, position: self.position, wanted })
            }
            AsOf::Position(position) => Ok(position.max(0)),
            AsOf::Instant(instant) => {
                Ok(position_at(&mut self.tx, instant).await?.min(self.position))
            }
        }
    }

    /// Ends the read and answers.
    pub fn answer<T>(self, value: T) -> Answer<T> {
        Answer { as_of_position: self.position, value }
    }
}

/// The last position that was recorded at `instant` or before; 0 if none was. Batches are recorded
/// in order, so a search by halves over their numbers finds it in about twenty look-ups.
///
/// # Errors
/// The database is away.
pub async fn position_at(conn: &mut PgConnection, instant: DateTime<Utc>) -> Result<i64, Error> {
    let position = sqlx::query_scalar(
        "with recursive halves (low, high) as ( \
             select 0::bigint, \
                 coalesce((select max(batch_no) from batches where log_id = $1), 0) \
             union all \
             select case when early then middle else low end, \
                 case when early then high else middle - 1 end \
             from (select low, high, (low + high + 1) / 2 as middle, \
                       (select recorded_at <= $2 from batches \
                        where log_id = $1 and batch_no = (low + high + 1) / 2) as early \
                   from halves where low < high) probed \
         ) \
         select b.last_position from halves h \
         join batches b on b.log_id = $1 and b.batch_no = h.low \
         where h.low = h.high and h.low > 0",
    )
    .bind(LOG)
    .bind(instant)
    .fetch_optional(conn)
    .await?;
    Ok(position.unwrap_or(0))
}

fn is_missing_table(error: &sqlx::Error) -> bool {
    const UNDEFINED_TABLE: &str = "42P01";
    error.as_database_error().and_then(|error| error.code()).as_deref() == Some(UNDEFINED_TABLE)
}
