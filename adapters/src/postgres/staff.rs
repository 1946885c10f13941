//! Accounts in the table `staff`, and `sign_in_directory`, which says where an address has one.
//!
//! Guarantees: both tables change together; the directory holds a keyed hash and ids, nothing else.

use async_trait::async_trait;
use billfold_app::ports::{Account, StaffAccounts, StaffRow, StoreFailure};
use billfold_domain::kernel::{BlindIndex, StaffId, TenantId};
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgPool, PgRow};
use sqlx::types::Json;

use super::scoped::{Scoped, failed, get};

const COLUMNS: &str =
    "staff_id, email_index, profile, password_hash, scopes, created_at, disabled_at";

/// The accounts.
#[derive(Clone, Debug)]
pub struct PostgresStaff {
    rows: Scoped,
}

impl PostgresStaff {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { rows: Scoped(pool) }
    }
}

#[async_trait]
impl StaffAccounts for PostgresStaff {
    async fn add(&self, row: &StaffRow) -> Result<bool, StoreFailure> {
        let mut tx = self.rows.begin(row.tenant).await?;
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
        let sql = format!("select {COLUMNS} from staff where tenant_id = $1 and staff_id = $2");
        let statement = sqlx::query(&sql).bind(tenant.uuid()).bind(id.uuid());
        let row = self.rows.find(tenant, statement).await?;
        row.map(|row| staff(tenant, &row)).transpose()
    }

    async fn list(&self, tenant: TenantId) -> Result<Vec<StaffRow>, StoreFailure> {
        let sql = format!(
            "select {COLUMNS} from staff where tenant_id = $1 order by created_at, staff_id \
             limit 1000"
        );
        let statement = sqlx::query(&sql).bind(tenant.uuid());
        let rows = self.rows.list(tenant, statement).await?;
        rows.iter().map(|row| staff(tenant, row)).collect()
    }

    async fn accounts_of(&self, email_index: &BlindIndex) -> Result<Vec<Account>, StoreFailure> {
        let rows = sqlx::query(
            "select tenant_id, staff_id from sign_in_directory where email_index = $1 \
             order by tenant_id limit 16",
        )
        .bind(email_index.as_str())
        .fetch_all(&self.rows.0)
        .await
        .map_err(failed)?;
        let account = |row: &PgRow| {
            Ok(Account {
                tenant: TenantId::new(get(row, "tenant_id")?),
                staff: StaffId::new(get(row, "staff_id")?),
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
        let statement = sqlx::query(
            "update staff set password_hash = $3 where tenant_id = $1 and staff_id = $2",
        )
        .bind(tenant.uuid())
        .bind(id.uuid())
        .bind(password_hash);
        Ok(self.rows.execute(tenant, statement).await? == 1)
    }

    async fn upgrade_password(
        &self,
        tenant: TenantId,
        id: StaffId,
        old: &str,
        better: &str,
    ) -> Result<(), StoreFailure> {
        let statement = sqlx::query(
            "update staff set password_hash = $4 \
             where tenant_id = $1 and staff_id = $2 and password_hash = $3",
        )
        .bind(tenant.uuid())
        .bind(id.uuid())
        .bind(old)
        .bind(better);
        self.rows.execute(tenant, statement).await?;
        Ok(())
    }

    async fn disable(
        &self,
        tenant: TenantId,
        id: StaffId,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreFailure> {
        let statement = sqlx::query(
            "update staff set disabled_at = $3 \
             where tenant_id = $1 and staff_id = $2 and disabled_at is null",
        )
        .bind(tenant.uuid())
        .bind(id.uuid())
        .bind(at);
        Ok(self.rows.execute(tenant, statement).await? == 1)
    }

    async fn any(&self) -> Result<bool, StoreFailure> {
        sqlx::query_scalar("select exists (select 1 from sign_in_directory)")
            .fetch_one(&self.rows.0)
            .await
            .map_err(failed)
    }
}

fn staff(tenant: TenantId, row: &PgRow) -> Result<StaffRow, StoreFailure> {
    let email_index: String = get(row, "email_index")?;
    let Json(profile) = get(row, "profile")?;
    Ok(StaffRow {
        tenant,
        id: StaffId::new(get(row, "staff_id")?),
        email_index: BlindIndex::try_new(email_index)
            .map_err(|_| StoreFailure::Corrupt { what: "staff.email_index is not a hash" })?,
        profile,
        password_hash: get(row, "password_hash")?,
        scopes: get(row, "scopes")?,
        created_at: get(row, "created_at")?,
        disabled_at: get(row, "disabled_at")?,
    })
}
