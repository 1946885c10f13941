//! Accounts in the table `staff`, and `sign_in_directory`, which says where an address has one.
//!
//! Guarantees: both tables change together; the directory holds a keyed hash and ids, nothing else.

use async_trait::async_trait;
use billfold_app::ports::{Account, StaffAccounts, StaffRow, StoreFailure};
use billfold_domain::kernel::{BlindIndex, StaffId, TenantId};
use chrono::{DateTime, Utc};
use sqlx::Row;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::types::Json;

use super::scoped::{begin, failed};

const COLUMNS: &str =
    "staff_id, email_index, profile, password_hash, scopes, created_at, disabled_at";

/// The accounts.
#[derive(Clone, Debug)]
pub struct PostgresStaff {
    pool: PgPool,
}

impl PostgresStaff {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl StaffAccounts for PostgresStaff {
    async fn add(&self, row: &StaffRow) -> Result<bool, StoreFailure> {
        let mut tx = begin(&self.pool, row.tenant).await?;
        let added = sqlx::query(
            "insert into staff (tenant_id, staff_id, email_index, profile, password_hash, scopes, \
               created_at) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        )
        .bind(row.tenant.uuid())
        .bind(row.id.uuid())
        .bind(row.email_index.as_str())
        .bind(Json(&row.profile))
        .bind(&row.password_hash)
        .bind(&row.scopes)
        .bind(row.created_at)
        .execute(&mut *tx)
        .await
        .map_err(failed)?
        .rows_affected()
            == 1;
        if added {
            sqlx::query(
                "insert into sign_in_directory (email_index, tenant_id, staff_id) \
                 values ($1, $2, $3)",
            )
            .bind(row.email_index.as_str())
            .bind(row.tenant.uuid())
            .bind(row.id.uuid())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        }
        tx.commit().await.map_err(failed)?;
        Ok(added)
    }

    async fn find(&self, tenant: TenantId, id: StaffId) -> Result<Option<StaffRow>, StoreFailure> {
        let mut tx = begin(&self.pool, tenant).await?;
        let row = sqlx::query(&format!(
            "select {COLUMNS} from staff where tenant_id = $1 and staff_id = $2"
        ))
        .bind(tenant.uuid())
        .bind(id.uuid())
        .fetch_optional(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        row.map(|row| staff(tenant, &row)).transpose()
    }

    async fn list(&self, tenant: TenantId) -> Result<Vec<StaffRow>, StoreFailure> {
        let mut tx = begin(&self.pool, tenant).await?;
        let rows = sqlx::query(&format!(
            "select {COLUMNS} from staff where tenant_id = $1 order by created_at, staff_id \
             limit 1000"
        ))
        .bind(tenant.uuid())
        .fetch_all(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        rows.iter().map(|row| staff(tenant, row)).collect()
    }

    async fn accounts_of(&self, email_index: &BlindIndex) -> Result<Vec<Account>, StoreFailure> {
        let rows = sqlx::query(
            "select tenant_id, staff_id from sign_in_directory where email_index = $1 \
             order by tenant_id limit 16",
        )
        .bind(email_index.as_str())
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        let account = |row: &PgRow| {
            Ok(Account {
                tenant: TenantId::new(row.try_get("tenant_id").map_err(failed)?),
                staff: StaffId::new(row.try_get("staff_id").map_err(failed)?),
            })
        };
        rows.iter().map(account).collect()
    }

    async fn set_password(
        &self,
        tenant: TenantId,
        id: StaffId,
        password_hash: &str,
    ) -> Result<bool, StoreFailure> {
        let mut tx = begin(&self.pool, tenant).await?;
        let done = sqlx::query(
            "update staff set password_hash = $3 where tenant_id = $1 and staff_id = $2",
        )
        .bind(tenant.uuid())
        .bind(id.uuid())
        .bind(password_hash)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(done.rows_affected() == 1)
    }

    async fn disable(
        &self,
        tenant: TenantId,
        id: StaffId,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreFailure> {
        let mut tx = begin(&self.pool, tenant).await?;
        let done = sqlx::query(
            "update staff set disabled_at = $3 \
             where tenant_id = $1 and staff_id = $2 and disabled_at is null",
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

    async fn any(&self) -> Result<bool, StoreFailure> {
        sqlx::query_scalar("select exists (select 1 from sign_in_directory)")
            .fetch_one(&self.pool)
            .await
            .map_err(failed)
    }
}

fn staff(tenant: TenantId, row: &PgRow) -> Result<StaffRow, StoreFailure> {
    let email_index: String = row.try_get("email_index").map_err(failed)?;
    let Json(profile) = row.try_get("profile").map_err(failed)?;
    Ok(StaffRow {
        tenant,
        id: StaffId::new(row.try_get("staff_id").map_err(failed)?),
        email_index: BlindIndex::try_new(email_index)
            .map_err(|_| StoreFailure::Corrupt { what: "staff.email_index is not a hash" })?,
        profile,
        password_hash: row.try_get("password_hash").map_err(failed)?,
        scopes: row.try_get("scopes").map_err(failed)?,
        created_at: row.try_get("created_at").map_err(failed)?,
        disabled_at: row.try_get("disabled_at").map_err(failed)?,
    })
}
