//! The right to build a generation: one builder per projection, by a lease that must be renewed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use billfold_event_store::follower;
use sqlx::{PgConnection, PgPool};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::error::Error;
use crate::generation::{self, Generation, LOG};
use crate::projection::Definition;

const RENEW_EVERY: Duration = Duration::from_secs(10);

/// A generation in the building, held by this process.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) definition: &'static Definition,
    pub(crate) generation: i32,
    /// Where it was when it was claimed; 0 if its tables do not exist yet.
    pub(crate) position: i64,
    owner: String,
    lost: Arc<AtomicBool>,
    renewal: JoinHandle<()>,
}

impl Claim {
    /// Claims the generation a cancelled rebuild left, or else a new one.
    pub(crate) async fn take(
        pool: &PgPool,
        definition: &'static Definition,
    ) -> Result<Self, Error> {
        Self::claim(pool, definition, true).await
    }

    /// Claims a new generation; one that was left is dropped.
    pub(crate) async fn take_new(
        pool: &PgPool,
        definition: &'static Definition,
    ) -> Result<Self, Error> {
        Self::claim(pool, definition, false).await
    }

    async fn claim(
        pool: &PgPool,
        definition: &'static Definition,
        resume: bool,
    ) -> Result<Self, Error> {
        let owner = format!("rebuild:{}", Uuid::new_v4());
        let mut tx = pool.begin().await?;
        // Claims of one projection wait for each other; the lock ends with the transaction.
        sqlx::query("select pg_advisory_xact_lock(hashtext($1))")
            .bind(format!("rebuild {}", definition.name))
            .execute(&mut *tx)
            .await?;
        let all = Generation::all(&mut tx, definition.name).await?;
        let mut left = None;
        for building in all.iter().filter(|generation| generation.state == "building") {
            if is_held(&mut tx, building).await? {
                return Err(Error::Busy { name: definition.name });
            }
            let usable = building.position > 0 && building.code_hash == definition.code_hash();
            if resume && usable && left.is_none() {
                left = Some((building.generation, building.position));
            } else {
                generation::remove(&mut tx, definition, building.generation).await?;
            }
        }
        let (generation, position) = match left {
            Some(found) => found,
            None => {
                let next = all.last().map_or(1, |newest| newest.generation + 1);
                let (name, code_hash) = (definition.name, definition.code_hash());
                follower::register(&mut tx, name, next, &code_hash, LOG).await?;
                (next, 0)
            }
        };
        renew(&mut tx, definition.name, generation, &owner, true).await?;
        tx.commit().await?;
        let lost = Arc::new(AtomicBool::new(false));
        let renewal = keep(pool.clone(), definition.name, generation, owner.clone(), lost.clone());
        let renewal = tokio::spawn(renewal);
        Ok(Self { definition, generation, position, owner, lost, renewal })
    }

    /// Locks the generation's row until the end of the transaction and answers its position.
    ///
    /// # Errors
    /// [`Error::Busy`] if another process took the generation over.
    pub(crate) async fn fence(&self, conn: &mut PgConnection) -> Result<i64, Error> {
        let position = sqlx::query_scalar(
            "select position from projections where name = $1 and generation = $2 \
             and state = 'building' and lease_owner = $3 for update",
        )
        .bind(self.definition.name)
        .bind(self.generation)
        .bind(&self.owner)
        .fetch_optional(conn)
        .await?;
        position.ok_or(Error::Busy { name: self.definition.name })
    }

    /// Moves the checkpoint in the transaction that wrote the rows.
    pub(crate) async fn advance(
        &self,
        conn: &mut PgConnection,
        position: i64,
    ) -> Result<(), Error> {
        sqlx::query(
            "update projections set position = $3, updated_at = clock_timestamp() \
             where name = $1 and generation = $2",
        )
        .bind(self.definition.name)
        .bind(self.generation)
        .bind(position)
        .execute(conn)
        .await?;
        Ok(())
    }

    /// Whether this process still holds the generation, as far as it knows.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.lost.load(Ordering::Relaxed) {
            Err(Error::Busy { name: self.definition.name })
        } else {
            Ok(())
        }
    }

    /// Lets another builder have it at once; if that fails, its time runs out.
    pub(crate) async fn release(&self, pool: &PgPool) {
        let released = sqlx::query(
            "update projections set lease_owner = null, lease_until = null \
             where name = $1 and generation = $2 and lease_owner = $3",
        )
        .bind(self.definition.name)
        .bind(self.generation)
        .bind(&self.owner)
        .execute(pool)
        .await;
        if let Err(error) = released {
            let name = self.definition.name;
            tracing::warn!(projection = name, %error, "the lease of a rebuild was not released");
        }
    }

    /// Drops what was built.
    pub(crate) async fn discard(self, pool: &PgPool) -> Result<(), Error> {
        let mut conn = pool.acquire().await?;
        generation::remove(&mut conn, self.definition, self.generation).await
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

async fn is_held(conn: &mut PgConnection, building: &Generation) -> Result<bool, Error> {
    let held = sqlx::query_scalar(
        "select coalesce(lease_until > clock_timestamp(), false) from projections \
         where name = $1 and generation = $2",
    )
    .bind(&building.name)
    .bind(building.generation)
    .fetch_one(conn)
    .await?;
    Ok(held)
}

/// Whether the lease could be prolonged by half a minute.
async fn renew(
    conn: &mut PgConnection,
    name: &str,
    generation: i32,
    owner: &str,
    take: bool,
) -> Result<bool, Error> {
    let renewed = sqlx::query(
        "update projections set lease_owner = $3, \
             lease_epoch = lease_epoch + case when $4 then 1 else 0 end, \
             lease_until = clock_timestamp() + interval '30 seconds', \
             updated_at = clock_timestamp() \
         where name = $1 and generation = $2 and state = 'building' \
             and ($4 or lease_owner = $3)",
    )
    .bind(name)
    .bind(generation)
    .bind(owner)
    .bind(take)
    .execute(conn)
    .await?;
    Ok(renewed.rows_affected() == 1)
}

async fn keep(
    pool: PgPool,
    name: &'static str,
    generation: i32,
    owner: String,
    lost: Arc<AtomicBool>,
) {
    loop {
        tokio::time::sleep(RENEW_EVERY).await;
        let renewed = match pool.acquire().await {
            Ok(mut conn) => renew(&mut conn, name, generation, &owner, false).await,
            Err(error) => Err(error.into()),
        };
        match renewed {
            Ok(true) => {}
            Ok(false) => return lost.store(true, Ordering::Relaxed),
            Err(error) => {
                tracing::warn!(projection = name, %error, "the lease of a rebuild was not renewed");
            }
        }
    }
}
