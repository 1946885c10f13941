//! Passkeys, in the table `passkeys`.
//!
//! Guarantees: a credential is stored once per tenant; a use is noted against the count it was
//! checked with.

use async_trait::async_trait;
use billfold_app::ports::{PasskeyRow, Passkeys, StoreFailure};
use billfold_domain::kernel::{StaffId, TenantId};
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgPool, PgRow};
use sqlx::types::Json;
use uuid::Uuid;

use super::scoped::{Scoped, get};

const COLUMNS: &str = "passkey_id, staff_id, credential_id, public_key, algorithm, sign_count, \
     name, created_at, last_used_at";

/// The passkeys.
#[derive(Clone, Debug)]
pub struct PostgresPasskeys {
    rows: Scoped,
}

impl PostgresPasskeys {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { rows: Scoped(pool) }
    }
}

#[async_trait]
impl Passkeys for PostgresPasskeys {
    async fn add(&self, row: &PasskeyRow) -> Result<bool, StoreFailure> {
        let statement = sqlx::query(
            "insert into passkeys (tenant_id, passkey_id, staff_id, credential_id, public_key, \
               algorithm, sign_count, name, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
        )
        .bind(row.tenant.uuid())
        .bind(row.id)
        .bind(row.staff.uuid())
        .bind(&row.credential_id)
        .bind(&row.public_key)
        .bind(row.algorithm)
        .bind(i64::from(row.sign_count))
        .bind(Json(&row.name))
        .bind(row.created_at);
        Ok(self.rows.execute(row.tenant, statement).await? == 1)
    }

    async fn find(
        &self,
        tenant: TenantId,
        credential_id: &[u8],
    ) -> Result<Option<PasskeyRow>, StoreFailure> {
        let sql =
            format!("select {COLUMNS} from passkeys where tenant_id = $1 and credential_id = $2");
        let statement = sqlx::query(&sql).bind(tenant.uuid()).bind(credential_id);
        let row = self.rows.find(tenant, statement).await?;
        row.map(|row| passkey(tenant, &row)).transpose()
    }

    async fn of(&self, tenant: TenantId, staff: StaffId) -> Result<Vec<PasskeyRow>, StoreFailure> {
        let sql = format!(
            "select {COLUMNS} from passkeys where tenant_id = $1 and staff_id = $2 \
             order by created_at, passkey_id"
        );
        let statement = sqlx::query(&sql).bind(tenant.uuid()).bind(staff.uuid());
        let rows = self.rows.list(tenant, statement).await?;
        rows.iter().map(|row| passkey(tenant, row)).collect()
    }

    async fn used(
        &self,
        tenant: TenantId,
        id: Uuid,
        before: u32,
        sign_count: u32,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreFailure> {
        let statement = sqlx::query(
            "update passkeys set sign_count = $4, last_used_at = $5 \
             where tenant_id = $1 and passkey_id = $2 and sign_count = $3",
        )
        .bind(tenant.uuid())
        .bind(id)
        .bind(i64::from(before))
        .bind(i64::from(sign_count))
        .bind(at);
        Ok(self.rows.execute(tenant, statement).await? == 1)
    }

    async fn remove(
        &self,
        tenant: TenantId,
        staff: StaffId,
        id: Uuid,
    ) -> Result<bool, StoreFailure> {
        let statement = sqlx::query(
            "delete from passkeys where tenant_id = $1 and staff_id = $2 and passkey_id = $3",
        )
        .bind(tenant.uuid())
        .bind(staff.uuid())
        .bind(id);
        Ok(self.rows.execute(tenant, statement).await? == 1)
    }
}

fn passkey(tenant: TenantId, row: &PgRow) -> Result<PasskeyRow, StoreFailure> {
    let count: i64 = get(row, "sign_count")?;
    let what = "passkeys.sign_count is no count";
    Ok(PasskeyRow {
        tenant,
        id: get(row, "passkey_id")?,
        staff: StaffId::new(get(row, "staff_id")?),
        credential_id: get(row, "credential_id")?,
        public_key: get(row, "public_key")?,
        algorithm: get(row, "algorithm")?,
        sign_count: u32::try_from(count).map_err(|_| StoreFailure::Corrupt { what })?,
        name: get::<Json<serde_json::Value>>(row, "name")?.0,
        created_at: get(row, "created_at")?,
        last_used_at: get(row, "last_used_at")?,
    })
}
