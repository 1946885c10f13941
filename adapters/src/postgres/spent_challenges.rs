//! What was finished with a browser, in the table `spent_challenges`.
//!
//! Guarantees: a challenge is spent once, by its primary key; what has ended is deleted as others
//! are spent, so that the table stays small.

use async_trait::async_trait;
use billfold_app::ports::{SpentChallenges, StoreFailure};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgPool;

use super::scoped::failed;

/// What was spent.
#[derive(Clone, Debug)]
pub struct PostgresSpentChallenges {
    pool: PgPool,
}

impl PostgresSpentChallenges {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl SpentChallenges for PostgresSpentChallenges {
    async fn spend(
        &self,
        challenge_hash: &[u8; 32],
        ends: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreFailure> {
        let old = sqlx::query("delete from spent_challenges where expires_at <= $1").bind(now);
        old.execute(&self.pool).await.map_err(failed)?;
        let spent = sqlx::query(
            "insert into spent_challenges (challenge_hash, expires_at) values ($1, $2) \
             on conflict (challenge_hash) do nothing",
        )
        .bind(challenge_hash.as_slice())
        .bind(ends);
        Ok(spent.execute(&self.pool).await.map_err(failed)?.rows_affected() == 1)
    }
}
