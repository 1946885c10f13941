//! Tokens that renew access, in the table `refresh_tokens`.
//!
//! Guarantees: a token is never stored, only its SHA-256; it is spent by one statement that says
//! whether it was fresh. Rows go with their session.

use async_trait::async_trait;
use billfold_app::ports::{Presented, RefreshTokenRow, RefreshTokens, StoreFailure};
use billfold_domain::kernel::{SessionId, TenantId};
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgPool, PgRow};

use super::scoped::{Scoped, failed, get};

/// The tokens.
#[derive(Clone, Debug)]
pub struct PostgresRefreshTokens {
    rows: Scoped,
}

impl PostgresRefreshTokens {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { rows: Scoped(pool) }
    }
}

#[async_trait]
impl RefreshTokens for PostgresRefreshTokens {
    async fn add(&self, row: &RefreshTokenRow) -> Result<bool, StoreFailure> {
        let mut tx = self.rows.begin(row.tenant).await?;
        let added = sqlx::query(
            "insert into refresh_tokens (tenant_id, token_hash, session_id, created_at, \
               expires_at) values ($1, $2, $3, $4, $5)",
        )
        .bind(row.tenant.uuid())
        .bind(row.token_hash.as_slice())
        .bind(row.session.uuid())
        .bind(row.created_at)
        .bind(row.expires_at)
        .execute(&mut *tx)
        .await;
        if let Err(sqlx::Error::Database(error)) = &added
            && error.is_foreign_key_violation()
        {
            return Ok(false);
        }
        added.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn spend(
        &self,
        tenant: TenantId,
        token_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Presented, StoreFailure> {
        let session = |row: PgRow| Ok(SessionId::new(get(&row, "session_id")?));
        let spend = sqlx::query(
            "update refresh_tokens set spent_at = $3 \
             where tenant_id = $1 and token_hash = $2 and spent_at is null and expires_at > $3 \
             returning session_id",
        )
        .bind(tenant.uuid())
        .bind(token_hash.as_slice())
        .bind(now);
        if let Some(row) = self.rows.find(tenant, spend).await? {
            return session(row).map(Presented::Spent);
        }
        let spent = sqlx::query(
            "select session_id from refresh_tokens \
             where tenant_id = $1 and token_hash = $2 and spent_at is not null",
        )
        .bind(tenant.uuid())
        .bind(token_hash.as_slice());
        match self.rows.find(tenant, spent).await? {
            Some(row) => session(row).map(Presented::Again),
            None => Ok(Presented::Unknown),
        }
    }
}
