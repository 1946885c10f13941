//! Keys of programs in the table `api_keys`.
//!
//! Guarantees: a secret is never stored, only its SHA-256; a key that ended stays listed.

use async_trait::async_trait;
use billfold_app::ports::{ApiKeyRow, ApiKeys, StoreFailure};
use billfold_domain::kernel::{ApiKeyId, TenantId};
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgPool, PgRow};

use super::scoped::{Scoped, get};

const COLUMNS: &str =
    "key_id, name, secret_hash, scopes, created_by, created_at, expires_at, revoked_at";

/// The API keys.
#[derive(Clone, Debug)]
pub struct PostgresApiKeys {
    rows: Scoped,
}

impl PostgresApiKeys {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { rows: Scoped(pool) }
    }
}

#[async_trait]
impl ApiKeys for PostgresApiKeys {
    async fn add(&self, row: &ApiKeyRow) -> Result<(), StoreFailure> {
        let statement = sqlx::query(
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
        .bind(row.expires_at);
        self.rows.execute(row.tenant, statement).await?;
        Ok(())
    }

    async fn find(
        &self,
        tenant: TenantId,
        id: ApiKeyId,
    ) -> Result<Option<ApiKeyRow>, StoreFailure> {
        let sql = format!("select {COLUMNS} from api_keys where tenant_id = $1 and key_id = $2");
        let statement = sqlx::query(&sql).bind(tenant.uuid()).bind(id.uuid());
        let row = self.rows.find(tenant, statement).await?;
        row.map(|row| api_key(tenant, &row)).transpose()
    }

    async fn list(&self, tenant: TenantId) -> Result<Vec<ApiKeyRow>, StoreFailure> {
        let sql = format!(
            "select {COLUMNS} from api_keys where tenant_id = $1 \
             order by created_at desc, key_id limit 1000"
        );
        let statement = sqlx::query(&sql).bind(tenant.uuid());
        let rows = self.rows.list(tenant, statement).await?;
        rows.iter().map(|row| api_key(tenant, row)).collect()
    }

    async fn revoke(
        &self,
        tenant: TenantId,
        id: ApiKeyId,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreFailure> {
        let statement = sqlx::query(
            "update api_keys set revoked_at = $3 \
             where tenant_id = $1 and key_id = $2 and revoked_at is null",
        )
        .bind(tenant.uuid())
        .bind(id.uuid())
        .bind(at);
        Ok(self.rows.execute(tenant, statement).await? == 1)
    }
}

fn api_key(tenant: TenantId, row: &PgRow) -> Result<ApiKeyRow, StoreFailure> {
    let secret_hash: Vec<u8> = get(row, "secret_hash")?;
    Ok(ApiKeyRow {
        tenant,
        id: ApiKeyId::new(get(row, "key_id")?),
        name: get(row, "name")?,
        secret_hash: secret_hash.try_into().map_err(|_| StoreFailure::Corrupt {
            what: "api_keys.secret_hash has a wrong length",
        })?,
        scopes: get(row, "scopes")?,
        created_by: get(row, "created_by")?,
        created_at: get(row, "created_at")?,
        expires_at: get(row, "expires_at")?,
        revoked_at: get(row, "revoked_at")?,
    })
}
