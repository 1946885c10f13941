//! Which account an account of an identity provider opens, in the table `provider_links`.
//!
//! Guarantees: the table holds a keyed hash and ids, nothing else; every change names its tenant.

use async_trait::async_trait;
use billfold_app::ports::{Account, ProviderLinkRow, ProviderLinks, StoreFailure};
use billfold_domain::kernel::{BlindIndex, StaffId, TenantId};
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgPool, PgRow};

use super::scoped::{failed, get};

/// The links.
#[derive(Clone, Debug)]
pub struct PostgresProviderLinks {
    pool: PgPool,
}

impl PostgresProviderLinks {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl ProviderLinks for PostgresProviderLinks {
    async fn accounts_of(
        &self,
        issuer: &str,
        subject_index: &BlindIndex,
    ) -> Result<Vec<Account>, StoreFailure> {
        let rows = sqlx::query(
            "select tenant_id, staff_id from provider_links \
             where issuer = $1 and subject_index = $2 order by tenant_id limit 16",
        )
        .bind(issuer)
        .bind(subject_index.as_str())
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(account).collect()
    }

    async fn put(&self, row: &ProviderLinkRow) -> Result<(), StoreFailure> {
        sqlx::query(
            "insert into provider_links (issuer, subject_index, tenant_id, staff_id, linked_at) \
             values ($1, $2, $3, $4, $5) on conflict do nothing",
        )
        .bind(&row.issuer)
        .bind(row.subject_index.as_str())
        .bind(row.account.tenant.uuid())
        .bind(row.account.staff.uuid())
        .bind(row.linked_at)
        .execute(&self.pool)
        .await
        .map_err(failed)?;
        Ok(())
    }

    async fn touch(
        &self,
        issuer: &str,
        subject_index: &BlindIndex,
        tenant: TenantId,
        at: DateTime<Utc>,
    ) -> Result<(), StoreFailure> {
        sqlx::query(
            "update provider_links set last_used_at = $4 \
             where issuer = $1 and subject_index = $2 and tenant_id = $3",
        )
        .bind(issuer)
        .bind(subject_index.as_str())
        .bind(tenant.uuid())
        .bind(at)
        .execute(&self.pool)
        .await
        .map_err(failed)?;
        Ok(())
    }

    async fn of(&self, of: Account) -> Result<Vec<ProviderLinkRow>, StoreFailure> {
        let rows = sqlx::query(
            "select issuer, subject_index, tenant_id, staff_id, linked_at, last_used_at \
             from provider_links where tenant_id = $1 and staff_id = $2 order by linked_at",
        )
        .bind(of.tenant.uuid())
        .bind(of.staff.uuid())
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(link).collect()
    }

    async fn remove(
        &self,
        tenant: TenantId,
        staff: StaffId,
        issuer: &str,
    ) -> Result<bool, StoreFailure> {
        let gone = sqlx::query(
            "delete from provider_links where tenant_id = $1 and staff_id = $2 and issuer = $3",
        )
        .bind(tenant.uuid())
        .bind(staff.uuid())
        .bind(issuer)
        .execute(&self.pool)
        .await
        .map_err(failed)?;
        Ok(gone.rows_affected() > 0)
    }
}

fn account(row: &PgRow) -> Result<Account, StoreFailure> {
    Ok(Account {
        tenant: TenantId::new(get(row, "tenant_id")?),
        staff: StaffId::new(get(row, "staff_id")?),
    })
}

fn link(row: &PgRow) -> Result<ProviderLinkRow, StoreFailure> {
    let index: String = get(row, "subject_index")?;
    let what = "provider_links.subject_index is not a hash";
    Ok(ProviderLinkRow {
        issuer: get(row, "issuer")?,
        subject_index: BlindIndex::try_new(index).map_err(|_| StoreFailure::Corrupt { what })?,
        account: account(row)?,
        linked_at: get(row, "linked_at")?,
        last_used_at: get(row, "last_used_at")?,
    })
}
