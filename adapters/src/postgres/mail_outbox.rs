//! Mail that waits, in the table `mail_outbox`.
//!
//! Guarantees: a row is handed to one taker at a time (`skip locked`, and a time before which
//! nobody else gets it); done and its successors are one transaction.

use async_trait::async_trait;
use billfold_app::ports::{MailOutbox, QueuedMail, StoreFailure};
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgPool, PgRow};
use uuid::Uuid;

use super::scoped::{failed, get};

const INSERT: &str = "insert into mail_outbox (mail_id, sealed, created_at, next_at) \
     values ($1, $2, $3, $3) on conflict (mail_id) do nothing";

/// What waits.
#[derive(Clone, Debug)]
pub struct PostgresMailOutbox {
    pool: PgPool,
}

impl PostgresMailOutbox {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl MailOutbox for PostgresMailOutbox {
    async fn put(&self, id: Uuid, sealed: &[u8], now: DateTime<Utc>) -> Result<(), StoreFailure> {
        let insert = sqlx::query(INSERT).bind(id).bind(sealed).bind(now);
        insert.execute(&self.pool).await.map_err(failed)?;
        Ok(())
    }

    async fn take(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<QueuedMail>, StoreFailure> {
        let rows = sqlx::query(
            "update mail_outbox set next_at = $2, attempts = attempts + 1 \
             where mail_id in (select mail_id from mail_outbox \
               where dead_at is null and next_at <= $1 \
               order by next_at limit $3 for update skip locked) \
             returning mail_id, sealed, attempts",
        )
        .bind(now)
        .bind(until)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        let queued = |row: &PgRow| {
            let attempts: i32 = get(row, "attempts")?;
            Ok(QueuedMail {
                id: get(row, "mail_id")?,
                sealed: get(row, "sealed")?,
                attempts: u32::try_from(attempts).unwrap_or_default(),
            })
        };
        rows.iter().map(queued).collect()
    }

    async fn done(
        &self,
        id: Uuid,
        next: &[(Uuid, Vec<u8>)],
        now: DateTime<Utc>,
    ) -> Result<(), StoreFailure> {
        let mut tx = self.pool.begin().await.map_err(failed)?;
        let gone = sqlx::query("delete from mail_outbox where mail_id = $1").bind(id);
        let gone = gone.execute(&mut *tx).await.map_err(failed)?.rows_affected();
        for (next, sealed) in next.iter().filter(|_| gone == 1) {
            let insert = sqlx::query(INSERT).bind(next).bind(sealed).bind(now);
            insert.execute(&mut *tx).await.map_err(failed)?;
        }
        tx.commit().await.map_err(failed)
    }

    async fn postpone(&self, id: Uuid, at: DateTime<Utc>) -> Result<(), StoreFailure> {
        let later = sqlx::query("update mail_outbox set next_at = $2 where mail_id = $1");
        later.bind(id).bind(at).execute(&self.pool).await.map_err(failed)?;
        Ok(())
    }

    async fn give_up(&self, id: Uuid, at: DateTime<Utc>) -> Result<(), StoreFailure> {
        let dead = sqlx::query("update mail_outbox set dead_at = $2 where mail_id = $1");
        dead.bind(id).bind(at).execute(&self.pool).await.map_err(failed)?;
        Ok(())
    }

    async fn sweep(&self, before: DateTime<Utc>) -> Result<u64, StoreFailure> {
        let old = sqlx::query("delete from mail_outbox where dead_at < $1").bind(before);
        Ok(old.execute(&self.pool).await.map_err(failed)?.rows_affected())
    }
}
