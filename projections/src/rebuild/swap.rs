//! The swap: the new generation takes over in one transaction.
//!
//! Guarantees: the old generation's row is locked first, so its follower stands still; the new one
//! is caught up to at least the same position; then states and views change together. A reader who
//! has seen a position never gets an older answer.

use std::time::Duration;

use sqlx::{PgConnection, PgPool};

use super::claim::Claim;
use super::page_by_page::step;
use super::{Options, Rebuilt};
use crate::error::Error;
use crate::generation;

/// How long the swap waits for readers before it lets go and tries again.
const LOCK_TIMEOUT: &str = "set local lock_timeout = '2s'";
const TRIES: u32 = 30;

/// Makes the claimed generation the one that answers.
pub(super) async fn swap(
    owner: &PgPool,
    claim: &Claim,
    proofs: Vec<&'static str>,
    options: &Options,
) -> Result<Rebuilt, Error> {
    let rows = count(owner, claim).await?;
    let mut tries = 0;
    loop {
        let mut tx = owner.begin().await?;
        match attempt(&mut tx, claim, options).await {
            Ok((retired, position)) => {
                tx.commit().await?;
                let (name, generation) = (claim.definition.name, claim.generation);
                return Ok(Rebuilt { name, generation, retired, position, rows, proofs });
            }
            Err(Error::Database(error)) if waited_too_long(&error) && tries < TRIES => {
                tx.rollback().await?;
                tries += 1;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(error) => return Err(error),
        }
    }
}

async fn attempt(
    conn: &mut PgConnection,
    claim: &Claim,
    options: &Options,
) -> Result<(Option<i32>, i64), Error> {
    sqlx::query(LOCK_TIMEOUT).execute(&mut *conn).await?;
    let live: Option<(i32, i64)> = sqlx::query_as(
        "select generation, position from projections \
         where name = $1 and state in ('live', 'paused', 'stopped') for update",
    )
    .bind(claim.definition.name)
    .fetch_optional(&mut *conn)
    .await?;
    let target = live.map_or(0, |(_, position)| position);
    let mut position = claim.fence(&mut *conn).await?;
    while position < target {
        position = step(&mut *conn, claim, target, options.page).await?;
    }
    let states = "update projections set state = $3, lease_owner = null, lease_until = null, \
         lease_epoch = lease_epoch + 1, last_error = null, updated_at = clock_timestamp() \
         where name = $1 and generation = $2";
    let retired = live.map(|(generation, _)| (generation, "retired"));
    for (generation, state) in retired.into_iter().chain([(claim.generation, "live")]) {
        sqlx::query(states)
            .bind(claim.definition.name)
            .bind(generation)
            .bind(state)
            .execute(&mut *conn)
            .await?;
    }
    generation::switch(conn, claim.definition, claim.generation).await?;
    Ok((live.map(|(generation, _)| generation), position))
}

/// Counted before the swap, which must not keep readers waiting.
async fn count(owner: &PgPool, claim: &Claim) -> Result<Vec<(String, i64)>, Error> {
    let mut rows = Vec::new();
    for shape in claim.definition.shapes() {
        let physical = shape.physical(claim.definition.name, claim.generation);
        let count = sqlx::query_scalar(&format!("select count(*) from {physical}"))
            .fetch_one(owner)
            .await?;
        rows.push((shape.view(claim.definition.name), count));
    }
    Ok(rows)
}

fn waited_too_long(error: &sqlx::Error) -> bool {
    const LOCK_NOT_AVAILABLE: &str = "55P03";
    error.as_database_error().and_then(|error| error.code()).as_deref() == Some(LOCK_NOT_AVAILABLE)
}
