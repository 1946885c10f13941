//! How staff sign in: the table `staff`, and `sign_in_directory`, which says where an address has
//! an account.
//!
//! Guarantees: both tables change together; the directory holds a keyed hash and ids, nothing else.

use async_trait::async_trait;
use billfold_app::ports::{Account, StaffAccounts, StaffRow, StoreFailure};
use billfold_domain::kernel::{BlindIndex, StaffId, TenantId};
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnection, PgPool, PgRow};

use super::scoped::{Scoped, failed, get};

const COLUMNS: &str = "staff_id, email_index, password_hash, created_at, disabled_at";

/// Another address is not proved to reach anybody yet.
const MOVE: &str = "update staff set email_index = $3, \
     email_verified_at = case when email_index = $3 then email_verified_at end \
     where tenant_id = $1 and staff_id = $2";

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
    async fn put(&self, row: &StaffRow) -> Result<(), StoreFailure> {
        let (tenant, id) = (row.tenant.uuid(), row.id.uuid());
        let mut tx = self.rows.begin(row.tenant).await?;
        for table in ["staff", "sign_in_directory"] {
            let sql = format!(
                "delete from {table} where tenant_id = $1 and (staff_id = $2 or email_index = $3)"
            );
            let stale = sqlx::query(&sql).bind(tenant).bind(id).bind(row.email_index.as_str());
            stale.execute(&mut *tx).await.map_err(failed)?;
        }
        sqlx::query(
            "insert into staff (tenant_id, staff_id, email_index, password_hash, created_at, \
               disabled_at) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(tenant)
        .bind(id)
        .bind(row.email_index.as_str())
        .bind(&row.password_hash)
        .bind(row.created_at)
        .bind(row.disabled_at)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        direct(&mut tx, row.tenant, row.id, &row.email_index).await?;
        tx.commit().await.map_err(failed)
    }

    async fn find(&self, tenant: TenantId, id: StaffId) -> Result<Option<StaffRow>, StoreFailure> {
        let sql = format!("select {COLUMNS} from staff where tenant_id = $1 and staff_id = $2");
        let statement = sqlx::query(&sql).bind(tenant.uuid()).bind(id.uuid());
        let row = self.rows.find(tenant, statement).await?;
        row.map(|row| staff(tenant, &row)).transpose()
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

    async fn enable(&self, tenant: TenantId, id: StaffId) -> Result<bool, StoreFailure> {
        let statement = sqlx::query(
            "update staff set disabled_at = null \
             where tenant_id = $1 and staff_id = $2 and disabled_at is not null",
        )
        .bind(tenant.uuid())
        .bind(id.uuid());
        Ok(self.rows.execute(tenant, statement).await? == 1)
    }

    async fn move_to(
        &self,
        tenant: TenantId,
        id: StaffId,
        email_index: &BlindIndex,
    ) -> Result<bool, StoreFailure> {
        let mut tx = self.rows.begin(tenant).await?;
        let moved = sqlx::query(MOVE)
            .bind(tenant.uuid())
            .bind(id.uuid())
            .bind(email_index.as_str())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        if moved.rows_affected() == 1 {
            sqlx::query("delete from sign_in_directory where tenant_id = $1 and staff_id = $2")
                .bind(tenant.uuid())
                .bind(id.uuid())
                .execute(&mut *tx)
                .await
                .map_err(failed)?;
            direct(&mut tx, tenant, id, email_index).await?;
        }
        tx.commit().await.map_err(failed)?;
        Ok(moved.rows_affected() == 1)
    }
}

/// Says where an address has an account.
async fn direct(
    connection: &mut PgConnection,
    tenant: TenantId,
    id: StaffId,
    email_index: &BlindIndex,
) -> Result<(), StoreFailure> {
    let insert = "insert into sign_in_directory (email_index, tenant_id, staff_id) \
                  values ($1, $2, $3)";
    let insert = sqlx::query(insert).bind(email_index.as_str()).bind(tenant.uuid()).bind(id.uuid());
    insert.execute(connection).await.map_err(failed)?;
    Ok(())
}

fn staff(tenant: TenantId, row: &PgRow) -> Result<StaffRow, StoreFailure> {
    let email_index: String = get(row, "email_index")?;
    Ok(StaffRow {
        tenant,
        id: StaffId::new(get(row, "staff_id")?),
        email_index: BlindIndex::try_new(email_index)
            .map_err(|_| StoreFailure::Corrupt { what: "staff.email_index is not a hash" })?,
        password_hash: get(row, "password_hash")?,
        created_at: get(row, "created_at")?,
        disabled_at: get(row, "disabled_at")?,
    })
}
