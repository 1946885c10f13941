//! Codes for forgotten passwords, in the table `reset_codes`.
//!
//! Guarantees: a code is never stored, only its SHA-256; taking deletes the row.

use async_trait::async_trait;
use billfold_app::ports::{Holder, ResetCodeRow, ResetCodes, StoreFailure, TakenResetCode};
use billfold_domain::kernel::{BlindIndex, ClientId, StaffId, TenantId};
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
            "insert into reset_codes (tenant_id, account_id, code_hash, created_at, expires_at, \
               of_client, email_index) values ($1, $2, $3, $4, $5, $6, $7) \
             on conflict (tenant_id, account_id) do update \
             set code_hash = excluded.code_hash, created_at = excluded.created_at, \
                 expires_at = excluded.expires_at, of_client = excluded.of_client, \
                 email_index = excluded.email_index",
        )
        .bind(row.tenant.uuid())
        .bind(row.holder.uuid())
        .bind(row.code_hash.as_slice())
        .bind(row.created_at)
        .bind(row.expires_at)
        .bind(matches!(row.holder, Holder::Client(_)))
        .bind(row.mailed_to.as_ref().map(BlindIndex::as_str));
        self.rows.execute(row.tenant, statement).await?;
        Ok(())
    }

    async fn take(
        &self,
        tenant: TenantId,
        code_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<TakenResetCode>, StoreFailure> {
        let statement = sqlx::query(
            "delete from reset_codes \
             where tenant_id = $1 and code_hash = $2 and expires_at > $3 \
             returning account_id, of_client, email_index",
        )
        .bind(tenant.uuid())
        .bind(code_hash.as_slice())
        .bind(now);
        let row = self.rows.find(tenant, statement).await?;
        row.as_ref().map(taken).transpose()
    }
}

fn taken(row: &PgRow) -> Result<TakenResetCode, StoreFailure> {
    let (id, of_client) = (get(row, "account_id")?, get(row, "of_client")?);
    let holder = match of_client {
        true => Holder::Client(ClientId::new(id)),
        false => Holder::Staff(StaffId::new(id)),
    };
    let mailed_to: Option<String> = get(row, "email_index")?;
    let mailed_to = mailed_to.map(BlindIndex::try_new).transpose();
    let what = "reset_codes.email_index is not a hash";
    Ok(TakenResetCode { holder, mailed_to: mailed_to.map_err(|_| StoreFailure::Corrupt { what })? })
}
