//! Codes that prove mail addresses, in the table `address_codes`, and what was proved, in
//! `email_verified_at` of `staff` and `client_accounts`.
//!
//! Guarantees: a code is never stored, only its SHA-256; taking it and what it proves are one
//! transaction.

use async_trait::async_trait;
use billfold_app::ports::{AddressCodeRow, AddressCodes, Holder, StoreFailure};
use billfold_domain::kernel::{BlindIndex, TenantId};
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
               (tenant_id, account_id, email_index, code_hash, created_at, expires_at) \
             values ($1, $2, $3, $4, $5, $6) on conflict (tenant_id, account_id) do update \
             set email_index = excluded.email_index, code_hash = excluded.code_hash, \
                 created_at = excluded.created_at, expires_at = excluded.expires_at",
        )
        .bind(row.tenant.uuid())
        .bind(row.holder.uuid())
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
        holder: Holder,
        code_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<bool, StoreFailure> {
        let mut tx = self.rows.begin(tenant).await?;
        let taken = sqlx::query(
            "delete from address_codes where tenant_id = $1 and account_id = $2 \
               and code_hash = $3 and expires_at > $4 returning email_index",
        )
        .bind(tenant.uuid())
        .bind(holder.uuid())
        .bind(code_hash.as_slice())
        .bind(now)
        .fetch_optional(&mut *tx)
        .await
        .map_err(failed)?;
        let Some(taken) = taken else { return Ok(false) };
        let email_index: String = get(&taken, "email_index")?;
        let proved = sqlx::query(statements(holder).renew)
            .bind(tenant.uuid())
            .bind(holder.uuid())
            .bind(email_index)
            .bind(now)
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(proved.rows_affected() == 1)
    }

    async fn prove(
        &self,
        tenant: TenantId,
        holder: Holder,
        email_index: &BlindIndex,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreFailure> {
        let statement = sqlx::query(statements(holder).prove)
            .bind(tenant.uuid())
            .bind(holder.uuid())
            .bind(email_index.as_str())
            .bind(now);
        Ok(self.rows.execute(tenant, statement).await? == 1)
    }

    async fn proved_since(
        &self,
        tenant: TenantId,
        holder: Holder,
    ) -> Result<Option<DateTime<Utc>>, StoreFailure> {
        let statement =
            sqlx::query(statements(holder).since).bind(tenant.uuid()).bind(holder.uuid());
        let row = self.rows.find(tenant, statement).await?;
        row.map_or(Ok(None), |row| get(&row, "email_verified_at"))
    }
}

/// What is asked of the table of such accounts.
struct Statements {
    /// Proves an address, also once more.
    renew: &'static str,
    /// Proves an address that is not proved yet.
    prove: &'static str,
    /// Since when the address is proved.
    since: &'static str,
}

const OF_STAFF: Statements = Statements {
    renew: "update staff set email_verified_at = $4 \
            where tenant_id = $1 and staff_id = $2 and email_index = $3",
    prove: "update staff set email_verified_at = $4 \
            where tenant_id = $1 and staff_id = $2 and email_index = $3 \
              and email_verified_at is null",
    since: "select email_verified_at from staff where tenant_id = $1 and staff_id = $2",
};

const OF_CLIENTS: Statements = Statements {
    renew: "update client_accounts set email_verified_at = $4 \
            where tenant_id = $1 and client_id = $2 and email_index = $3",
    prove: "update client_accounts set email_verified_at = $4 \
            where tenant_id = $1 and client_id = $2 and email_index = $3 \
              and email_verified_at is null",
    since: "select email_verified_at from client_accounts \
            where tenant_id = $1 and client_id = $2",
};

fn statements(holder: Holder) -> &'static Statements {
    match holder {
        Holder::Staff(_) => &OF_STAFF,
        Holder::Client(_) => &OF_CLIENTS,
    }
}
