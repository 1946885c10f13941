//! Keys of programs in the table `api_keys`.
//!
//! Guarantees: a secret is never stored, only its SHA-256; a key that ended stays listed.

use async_trait::async_trait;
use billfold_app::ports::{ApiKeyRow, ApiKeys, StoreFailure};
use billfold_domain::kernel::{ApiKeyId, TenantId};
use chrono::{DateTime, Utc};
use sqlx::Row;
use sqlx::postgres::{PgPool, PgRow};

use super::scoped::{begin, failed};

const COLUMNS: &str =
    "key_id, name, secret_hash, scopes, created_by, created_at, expires_at, revoked_at";

/// The API keys.
#[derive(Clone, Debug)]
pub struct PostgresApiKeys {
    pool: PgPool,
}

impl PostgresApiKeys {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl ApiKeys for PostgresApiKeys {
    async fn add(&self, row: &ApiKeyRow) -> Result<(), StoreFailure> {
        let mut tx = begin(&self.pool, row.tenant).await?;
        sqlx::query(
            "insert into api_keys (tenant_id, key_id, name, secret_hash, scopes, created_by, \
               created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(row.tenant.uuid())
        .bind(row.id.uuid())
        .bind(&row.name)
        .bind(row.secret_hash.as_slice())
        .bind(&row.scopes)
        .bind(&row.created_by)
        .bind(row.created_at)
        .bind(row.expires_at)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)
    }

    async fn find(
        &self,
        tenant: TenantId,
        id: ApiKeyId,
    ) -> Result<Option<ApiKeyRow>, StoreFailure> {
        let mut tx = begin(&self.pool, tenant).await?;
        let row = sqlx::query(&format!(
            "select {COLUMNS} from api_keys where tenant_id = $1 and key_id = $2"
        ))
        .bind(tenant.uuid())
        .bind(id.uuid())
        .fetch_optional(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        row.map(|row| api_key(tenant, &row)).transpose()
    }

    async fn list(&self, tenant: TenantId) -> Result<Vec<ApiKeyRow>, StoreFailure> {
        let mut tx = begin(&self.pool, tenant).await?;
        let rows = sqlx::query(&format!(
            "select {COLUMNS} from api_keys where tenant_id = $1 \
             order by created_at desc, key_id limit 1000"
        ))
        .bind(tenant.uuid())
        .fetch_all(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        rows.iter().map(|row| api_key(tenant, row)).collect()
    }

    async fn revoke(
        &self,
        tenant: TenantId,
        id: ApiKeyId,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreFailure> {
        let mut tx = begin(&self.pool, tenant).await?;
        let done = sqlx::query(
            "update api_keys set revoked_at = $3 \
             where tenant_id = $1 and key_id = $2 and revoked_at is null",
        )
        .bind(tenant.uuid())
        .bind(id.uuid())
        .bind(at)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(done.rows_affected() == 1)
    }
}

fn api_key(tenant: TenantId, row: &PgRow) -> Result<ApiKeyRow, StoreFailure> {
    let secret_hash: Vec<u8> = row.try_get("secret_hash").map_err(failed)?;
    Ok(ApiKeyRow {
        tenant,
        id: ApiKeyId::new(row.try_get("key_id").map_err(failed)?),
        name: row.try_get("name").map_err(failed)?,
        secret_hash: secret_hash.try_into().map_err(|_| StoreFailure::Corrupt {
            what: "api_keys.secret_hash has a wrong length",
        })?,
        scopes: row.try_get("scopes").map_err(failed)?,
        created_by: row.try_get("created_by").map_err(failed)?,
        created_at: row.try_get("created_at").map_err(failed)?,
        expires_at: row.try_get("expires_at").map_err(failed)?,
        revoked_at: row.try_get("revoked_at").map_err(failed)?,
    })
}
