//! How often sign-ins failed, in the table `sign_in_failures`.
//!
//! Guarantees: the count and the question whether to wait are one statement per key, so that two
//! processes never both take the last free try; keys are taken in one order, so that nobody waits
//! in a circle; a try that has to wait under one key counts under none. Rows go an hour after their
//! last failure, a few with every try.

use std::time::Duration;

use async_trait::async_trait;
use billfold_app::ports::{BegunTry, FailureKey, SignInFailures, StoreFailure};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgPool;

use super::scoped::{failed, get};

/// Counts a failure of a key, unless it has to wait: 2 s that double with each failure beyond the
/// free ones, 15 minutes at most.
const COUNT: &str = "insert into sign_in_failures as f (key_hash, failures, last_at) \
     values ($1, 1, $2) on conflict (key_hash) do update \
     set failures = case when f.last_at <= $2 - interval '1 hour' then 1 \
                    else f.failures + 1 end, last_at = $2 \
     where f.failures < $3 or f.last_at + make_interval(secs => \
       least(900, 2 * power(2, least(f.failures - $3, 9)))) <= $2 \
     returning failures";

/// How long a key has to wait, in whole seconds.
const LEFT: &str = "select ceil(extract(epoch from last_at + make_interval(secs => \
       least(900, 2 * power(2, least(failures - $3, 9)))) - $2))::bigint as left_s \
     from sign_in_failures where key_hash = $1";

/// What nobody remembers.
const SWEEP: &str = "delete from sign_in_failures where key_hash in \
     (select key_hash from sign_in_failures where last_at <= $1 - interval '1 hour' \
      order by last_at limit 20 for update skip locked)";

/// The counts.
#[derive(Clone, Debug)]
pub struct PostgresSignInFailures {
    pool: PgPool,
}

impl PostgresSignInFailures {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl SignInFailures for PostgresSignInFailures {
    async fn begin(
        &self,
        keys: &[FailureKey],
        now: DateTime<Utc>,
    ) -> Result<BegunTry, StoreFailure> {
        let mut tx = self.pool.begin().await.map_err(failed)?;
        let mut slows = false;
        for key in in_order(keys) {
            let free = i32::try_from(key.free).unwrap_or(i32::MAX);
            let ask = |sql| sqlx::query(sql).bind(key.hash.to_vec()).bind(now).bind(free);
            let Some(row) = ask(COUNT).fetch_optional(&mut *tx).await.map_err(failed)? else {
                let row = ask(LEFT).fetch_optional(&mut *tx).await.map_err(failed)?;
                let left: i64 = row.map_or(Ok(0), |row| get(&row, "left_s"))?;
                // What was counted under other keys goes with the transaction.
                let left = Duration::from_secs(u64::try_from(left).unwrap_or_default().max(1));
                return Ok(BegunTry::Waits(left));
            };
            slows |= get::<i32>(&row, "failures")? == free;
        }
        sqlx::query(SWEEP).bind(now).execute(&mut *tx).await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(BegunTry::Counted { slows })
    }

    async fn succeeded(&self, keys: &[FailureKey]) -> Result<(), StoreFailure> {
        let forgiving: Vec<Vec<u8>> =
            keys.iter().filter(|key| key.forgiving).map(|key| key.hash.to_vec()).collect();
        let gone = sqlx::query("delete from sign_in_failures where key_hash = any($1)");
        gone.bind(forgiving).execute(&self.pool).await.map_err(failed)?;
        let others: Vec<FailureKey> = keys.iter().filter(|key| !key.forgiving).copied().collect();
        self.undo(&others).await
    }

    async fn undo(&self, keys: &[FailureKey]) -> Result<(), StoreFailure> {
        let mut tx = self.pool.begin().await.map_err(failed)?;
        for key in in_order(keys) {
            let less = "update sign_in_failures set failures = greatest(failures - 1, 0) \
                        where key_hash = $1";
            let less = sqlx::query(less).bind(key.hash.to_vec());
            less.execute(&mut *tx).await.map_err(failed)?;
        }
        tx.commit().await.map_err(failed)
    }
}

fn in_order(keys: &[FailureKey]) -> Vec<FailureKey> {
    let mut keys = keys.to_vec();
    keys.sort_unstable_by_key(|key| key.hash);
    keys
}
