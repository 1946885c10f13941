//! Where a reactor stands, and who may move it. A lease lies in the reactor's own row and is timed
//! by the database's clock; its epoch grows with every change of owner, so that a stale owner moves
//! nothing, however late it wakes up.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgPool};

/// Whether a reactor reacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReactorState {
    /// It does.
    Running,
    /// Not now: an import is under way, or was broken off.
    Held,
    /// Not before this node is updated: it met an event it does not understand.
    Stopped,
}

/// How a reactor fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReactorStatus {
    /// Its name.
    pub name: String,
    /// Everything up to here was reacted to.
    pub position: i64,
    /// What happened up to here was never for it.
    pub floor: i64,
    /// Whether it reacts.
    pub state: ReactorState,
    /// Why it does not, if it does not.
    pub last_error: Option<String>,
    /// When its row changed last.
    pub updated_at: DateTime<Utc>,
}

/// Makes a reactor known that is not yet, at the head of the log: what happened before was done by
/// somebody else. One that stopped at an event it did not understand tries again: this node may be
/// newer.
///
/// # Errors
/// The database is away or refused.
pub async fn register(
    connection: &mut PgConnection,
    name: &str,
    log_id: i16,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into reactors (name, log_id, position, floor, state, updated_at) \
         select $1, log_id, position, position, 'running', clock_timestamp() \
         from log_heads where log_id = $2 \
         on conflict (name) do update set state = 'running' where reactors.state = 'stopped'",
    )
    .bind(name)
    .bind(log_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Lets every reactor rest: what is brought in next happened elsewhere.
///
/// # Errors
/// The database is away or refused.
pub async fn hold(connection: &mut PgConnection, why: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update reactors set state = 'held', last_error = $1, updated_at = clock_timestamp(), \
             lease_owner = null, lease_until = null, lease_epoch = lease_epoch + 1",
    )
    .bind(why)
    .execute(connection)
    .await?;
    Ok(())
}

/// Lets every reactor react again, from where it stands.
///
/// # Errors
/// The database is away or refused.
pub async fn resume(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update reactors set state = 'running', last_error = null, \
             updated_at = clock_timestamp()",
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts every reactor at the head of the log: all that is there was never for it.
///
/// # Errors
/// The database is away or refused.
pub async fn place_at_head(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update reactors set position = h.position, floor = h.position, \
             updated_at = clock_timestamp() \
         from log_heads h where h.log_id = reactors.log_id and h.position >= reactors.position",
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// How every reactor fares, by name.
///
/// # Errors
/// The database is away or refused.
pub async fn status(connection: &mut PgConnection) -> Result<Vec<ReactorStatus>, sqlx::Error> {
    let rows = sqlx::query(
        "select name, position, floor, state, last_error, updated_at from reactors order by name",
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(ReactorStatus {
                name: row.try_get("name")?,
                position: row.try_get("position")?,
                floor: row.try_get("floor")?,
                state: state(row.try_get("state")?),
                last_error: row.try_get("last_error")?,
                updated_at: row.try_get("updated_at")?,
            })
        })
        .collect()
}

fn state(word: &str) -> ReactorState {
    match word {
        "running" => ReactorState::Running,
        "held" => ReactorState::Held,
        _ => ReactorState::Stopped,
    }
}

/// The right to move a reactor, as long as nobody has taken it over.
#[derive(Debug, Clone)]
pub(super) struct Lease {
    name: &'static str,
    owner: String,
    epoch: i64,
}

/// Where a reactor stands, read under its row lock.
#[derive(Debug, Clone, Copy)]
pub(super) enum Standing {
    At(i64),
    Resting,
    Lost,
}

impl Lease {
    /// Takes the lease if it is free, has run out, or was ours, and the reactor reacts.
    pub(super) async fn take(
        pool: &PgPool,
        name: &'static str,
        owner: &str,
        ttl: Duration,
    ) -> Result<Option<Self>, sqlx::Error> {
        let row = sqlx::query(
            "update reactors set lease_owner = $1, lease_epoch = lease_epoch + 1, \
                 lease_until = clock_timestamp() + $2 * interval '1 millisecond' \
             where name = $3 and state = 'running' \
               and (lease_until is null or lease_until < clock_timestamp() or lease_owner = $1) \
             returning lease_epoch",
        )
        .bind(owner)
        .bind(millis(ttl))
        .bind(name)
        .fetch_optional(pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Self { name, owner: owner.to_owned(), epoch: row.try_get(0)? }))
    }

    /// Locks the row and reads where the reactor stands.
    pub(super) async fn standing(
        &self,
        connection: &mut PgConnection,
    ) -> Result<Standing, sqlx::Error> {
        let row = sqlx::query(
            "select position, state from reactors \
             where name = $1 and lease_owner = $2 and lease_epoch = $3 for update",
        )
        .bind(self.name)
        .bind(&self.owner)
        .bind(self.epoch)
        .fetch_optional(connection)
        .await?;
        let Some(row) = row else { return Ok(Standing::Lost) };
        Ok(match state(row.try_get(1)?) {
            ReactorState::Running => Standing::At(row.try_get(0)?),
            ReactorState::Held | ReactorState::Stopped => Standing::Resting,
        })
    }

    /// Keeps the lease where nothing moved. The row is locked.
    pub(super) async fn renew(
        &self,
        connection: &mut PgConnection,
        ttl: Duration,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "update reactors set \
                 lease_until = clock_timestamp() + $2 * interval '1 millisecond' \
             where name = $1 and lease_until \
                 < clock_timestamp() + $2 * interval '1 millisecond' * 2 / 3",
        )
        .bind(self.name)
        .bind(millis(ttl))
        .execute(connection)
        .await?;
        Ok(())
    }

    /// Moves the reactor and keeps the lease. The row is locked.
    pub(super) async fn advance(
        &self,
        connection: &mut PgConnection,
        position: i64,
        ttl: Duration,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "update reactors set position = $2, last_error = null, \
                 updated_at = clock_timestamp(), \
                 lease_until = clock_timestamp() + $3 * interval '1 millisecond' \
             where name = $1",
        )
        .bind(self.name)
        .bind(position)
        .bind(millis(ttl))
        .execute(connection)
        .await?;
        Ok(())
    }

    /// Writes down why the reactor does not move; `stops` also takes it out of service.
    pub(super) async fn note(
        &self,
        pool: &PgPool,
        error: &str,
        stops: bool,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "update reactors set last_error = $4, updated_at = clock_timestamp(), \
                 state = case when $5 then 'stopped' else state end \
             where name = $1 and lease_owner = $2 and lease_epoch = $3",
        )
        .bind(self.name)
        .bind(&self.owner)
        .bind(self.epoch)
        .bind(error)
        .bind(stops)
        .execute(pool)
        .await?;
        Ok(())
    }

    /// Lets another process react.
    pub(super) async fn release(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        sqlx::query(
            "update reactors set lease_owner = null, lease_until = null \
             where name = $1 and lease_owner = $2 and lease_epoch = $3",
        )
        .bind(self.name)
        .bind(&self.owner)
        .bind(self.epoch)
        .execute(pool)
        .await?;
        Ok(())
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
