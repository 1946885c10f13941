//! Codes that prove mail addresses, in the table `address_codes`, and what they proved, in
//! `staff.email_verified_at`.
//!
//! Guarantees: a code is never stored, only its SHA-256; taking it and what it proves are one
//! transaction.

use async_trait::async_trait;
use billfold_app::ports::{AddressCodeRow, AddressCodes, StoreFailure};
use billfold_domain::kernel::{StaffId, TenantId};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgPool;

use super::scoped::{Scoped, failed, get};

/// The codes.
#[derive(Clone, Debug)]
pub struct PostgresAddressCodes {
    rows: Scoped,
}

impl PostgresAddressCodes {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { rows: Scoped(pool) }
    }
}

#[async_trait]
impl AddressCodes for PostgresAddressCodes {
    async fn put(&self, row: &AddressCodeRow) -> Result<(), StoreFailure> {
        let statement = sqlx::query(
            "insert into address_codes \
               (tenant_id, staff_id, email_index, code_hash, created_at, expires_at) \
             values ($1, $2, $3, $4, $5, $6) on conflict (tenant_id, staff_id) do update \
             set email_index = excluded.email_index, code_hash = excluded.code_hash, \
                 created_at = excluded.created_at, expires_at = excluded.expires_at",
        )
        .bind(row.tenant.uuid())
        .bind(row.staff.uuid())
        .bind(row.email_index.as_str())
        .bind(row.code_hash.as_slice())
        .bind(row.created_at)
        .bind(row.expires_at);
        self.rows.execute(row.tenant, statement).await?;
        Ok(())
    }

    async fn take(
        &self,
        tenant: TenantId,
        staff: StaffId,
        code_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<bool, StoreFailure> {
        let mut tx = self.rows.begin(tenant).await?;
        let taken = sqlx::query(
            "delete from address_codes where tenant_id = $1 and staff_id = $2 \
               and code_hash = $3 and expires_at > $4 returning email_index",
        )
        .bind(tenant.uuid())
        .bind(staff.uuid())
        .bind(code_hash.as_slice())
        .bind(now)
        .fetch_optional(&mut *tx)
        .await
        .map_err(failed)?;
        let Some(taken) = taken else { return Ok(false) };
        let email_index: String = get(&taken, "email_index")?;
        let proved = sqlx::query(
            "update staff set email_verified_at = $4 \
             where tenant_id = $1 and staff_id = $2 and email_index = $3",
        )
        .bind(tenant.uuid())
        .bind(staff.uuid())
        .bind(email_index)
        .bind(now)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(proved.rows_affected() == 1)
    }

    async fn proved_since(
        &self,
        tenant: TenantId,
        staff: StaffId,
    ) -> Result<Option<DateTime<Utc>>, StoreFailure> {
        let statement = sqlx::query(
            "select email_verified_at from staff where tenant_id = $1 and staff_id = $2",
        )
        .bind(tenant.uuid())
        .bind(staff.uuid());
        let row = self.rows.find(tenant, statement).await?;
        row.map_or(Ok(None), |row| get(&row, "email_verified_at"))
    }
}
