//! Second steps in the tables `second_factors` and `recovery_codes`.
//!
//! Guarantees: what may be taken once is taken by one statement that says whether it was there.

use async_trait::async_trait;
use billfold_app::ports::{Holder, SecondFactorRow, SecondFactors, StoreFailure};
use billfold_domain::kernel::TenantId;
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgPool, PgRow};
use sqlx::types::Json;

use super::scoped::{Scoped, failed, get};

/// The second steps.
#[derive(Clone, Debug)]
pub struct PostgresSecondFactors {
    rows: Scoped,
}

impl PostgresSecondFactors {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { rows: Scoped(pool) }
    }
}

#[async_trait]
impl SecondFactors for PostgresSecondFactors {
    async fn find(
        &self,
        tenant: TenantId,
        holder: Holder,
    ) -> Result<Option<SecondFactorRow>, StoreFailure> {
        let statement = sqlx::query(
            "select f.secret, f.created_at, f.confirmed_at, \
               (select count(*) from recovery_codes c \
                where c.tenant_id = f.tenant_id and c.account_id = f.account_id \
                  and c.spent_at is null) as codes_left \
             from second_factors f where f.tenant_id = $1 and f.account_id = $2",
        )
        .bind(tenant.uuid())
        .bind(holder.uuid());
        let row = self.rows.find(tenant, statement).await?;
        let factor = |row: PgRow| {
            let Json(secret) = get(&row, "secret")?;
            let codes_left: i64 = get(&row, "codes_left")?;
            Ok(SecondFactorRow {
                tenant,
                holder,
                secret,
                created_at: get(&row, "created_at")?,
                confirmed_at: get(&row, "confirmed_at")?,
                codes_left: u32::try_from(codes_left).unwrap_or_default(),
            })
        };
        row.map(factor).transpose()
    }

    async fn propose(&self, row: &SecondFactorRow) -> Result<bool, StoreFailure> {
        let statement = sqlx::query(
            "insert into second_factors (tenant_id, account_id, secret, created_at) \
             values ($1, $2, $3, $4) on conflict (tenant_id, account_id) \
             do update set secret = excluded.secret, created_at = excluded.created_at \
             where second_factors.confirmed_at is null",
        )
        .bind(row.tenant.uuid())
        .bind(row.holder.uuid())
        .bind(Json(&row.secret))
        .bind(row.created_at);
        Ok(self.rows.execute(row.tenant, statement).await? == 1)
    }

    async fn confirm(
        &self,
        tenant: TenantId,
        holder: Holder,
        at: DateTime<Utc>,
        step: i64,
        codes: &[[u8; 32]],
    ) -> Result<bool, StoreFailure> {
        let mut tx = self.rows.begin(tenant).await?;
        let confirmed = sqlx::query(
            "update second_factors set confirmed_at = $3, last_step = $4 \
             where tenant_id = $1 and account_id = $2 and confirmed_at is null",
        )
        .bind(tenant.uuid())
        .bind(holder.uuid())
        .bind(at)
        .bind(step)
        .execute(&mut *tx)
        .await
        .map_err(failed)?
        .rows_affected()
            == 1;
        if confirmed {
            let codes: Vec<&[u8]> = codes.iter().map(<[u8; 32]>::as_slice).collect();
            sqlx::query(
                "insert into recovery_codes (tenant_id, account_id, code_hash) \
                 select $1, $2, unnest($3::bytea[])",
            )
            .bind(tenant.uuid())
            .bind(holder.uuid())
            .bind(codes)
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        }
        tx.commit().await.map_err(failed)?;
        Ok(confirmed)
    }

    async fn take_step(
        &self,
        tenant: TenantId,
        holder: Holder,
        step: i64,
    ) -> Result<bool, StoreFailure> {
        let statement = sqlx::query(
            "update second_factors set last_step = $3 \
             where tenant_id = $1 and account_id = $2 and last_step < $3",
        )
        .bind(tenant.uuid())
        .bind(holder.uuid())
        .bind(step);
        Ok(self.rows.execute(tenant, statement).await? == 1)
    }

    async fn take_recovery_code(
        &self,
        tenant: TenantId,
        holder: Holder,
        code: &[u8; 32],
        at: DateTime<Utc>,
    ) -> Result<bool, StoreFailure> {
        let statement = sqlx::query(
            "update recovery_codes set spent_at = $4 \
             where tenant_id = $1 and account_id = $2 and code_hash = $3 and spent_at is null",
        )
        .bind(tenant.uuid())
        .bind(holder.uuid())
        .bind(code.as_slice())
        .bind(at);
        Ok(self.rows.execute(tenant, statement).await? == 1)
    }

    async fn renew_codes(
        &self,
        tenant: TenantId,
        holder: Holder,
        codes: &[[u8; 32]],
    ) -> Result<(), StoreFailure> {
        let mut tx = self.rows.begin(tenant).await?;
        sqlx::query("delete from recovery_codes where tenant_id = $1 and account_id = $2")
            .bind(tenant.uuid())
            .bind(holder.uuid())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        let codes: Vec<&[u8]> = codes.iter().map(<[u8; 32]>::as_slice).collect();
        sqlx::query(
            "insert into recovery_codes (tenant_id, account_id, code_hash) \
             select f.tenant_id, f.account_id, unnest($3::bytea[]) from second_factors f \
             where f.tenant_id = $1 and f.account_id = $2",
        )
        .bind(tenant.uuid())
        .bind(holder.uuid())
        .bind(codes)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)
    }

    async fn remove(&self, tenant: TenantId, holder: Holder) -> Result<bool, StoreFailure> {
        let statement =
            sqlx::query("delete from second_factors where tenant_id = $1 and account_id = $2")
                .bind(tenant.uuid())
                .bind(holder.uuid());
        Ok(self.rows.execute(tenant, statement).await? == 1)
    }
}
