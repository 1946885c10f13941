//! Codes for forgotten passwords, in the table `reset_codes`.
//!
//! Guarantees: a code is never stored, only its SHA-256; taking deletes the row.

use async_trait::async_trait;
use billfold_app::ports::{ResetCodeRow, ResetCodes, StoreFailure};
use billfold_domain::kernel::{StaffId, TenantId};
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgPool, PgRow};

use super::scoped::{Scoped, get};

/// The codes.
#[derive(Clone, Debug)]
pub struct PostgresResetCodes {
    rows: Scoped,
}

impl PostgresResetCodes {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { rows: Scoped(pool) }
    }
}

#[async_trait]
impl ResetCodes for PostgresResetCodes {
    async fn put(&self, row: &ResetCodeRow) -> Result<(), StoreFailure> {
        let statement = sqlx::query(
            "insert into reset_codes (tenant_id, staff_id, code_hash, created_at, expires_at) \
             values ($1, $2, $3, $4, $5) on conflict (tenant_id, staff_id) do update \
             set code_hash = excluded.code_hash, created_at = excluded.created_at, \
                 expires_at = excluded.expires_at",
        )
        .bind(row.tenant.uuid())
        .bind(row.staff.uuid())
        .bind(row.code_hash.as_slice())
        .bind(row.created_at)
        .bind(row.expires_at);
        self.rows.execute(row.tenant, statement).await?;
        Ok(())
    }

    async fn take(
        &self,
        tenant: TenantId,
        code_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<StaffId>, StoreFailure> {
        let statement = sqlx::query(
            "delete from reset_codes \
             where tenant_id = $1 and code_hash = $2 and expires_at > $3 returning staff_id",
        )
        .bind(tenant.uuid())
        .bind(code_hash.as_slice())
        .bind(now);
        let row = self.rows.find(tenant, statement).await?;
        let staff = |row: PgRow| Ok(StaffId::new(get(&row, "staff_id")?));
        row.map(staff).transpose()
    }
}
