//! Signed-in browsers in the table `sessions`.
//!
//! Guarantees: a token is never stored, only its SHA-256; revoking deletes the row.

use async_trait::async_trait;
use billfold_app::ports::{SessionRow, Sessions, StoreFailure};
use billfold_domain::kernel::{StaffId, TenantId};
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgPool, PgRow};
use uuid::Uuid;

use super::scoped::{Scoped, get};

/// The sessions.
#[derive(Clone, Debug)]
pub struct PostgresSessions {
    rows: Scoped,
}

impl PostgresSessions {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { rows: Scoped(pool) }
    }
}

#[async_trait]
impl Sessions for PostgresSessions {
    async fn add(&self, row: &SessionRow) -> Result<(), StoreFailure> {
        let statement = sqlx::query(
            "insert into sessions (tenant_id, token_hash, staff_id, csrf_secret, also, created_at, \
               expires_at) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(row.tenant.uuid())
        .bind(row.token_hash.as_slice())
        .bind(row.staff.uuid())
        .bind(row.csrf_secret.as_slice())
        .bind(row.also.iter().map(|tenant| tenant.uuid()).collect::<Vec<_>>())
        .bind(row.created_at)
        .bind(row.expires_at);
        self.rows.execute(row.tenant, statement).await?;
        Ok(())
    }

    async fn find(
        &self,
        tenant: TenantId,
        token_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<SessionRow>, StoreFailure> {
        let statement = sqlx::query(
            "select s.staff_id, s.csrf_secret, s.also, s.created_at, s.expires_at \
             from sessions s \
             join staff a on a.tenant_id = s.tenant_id and a.staff_id = s.staff_id \
             where s.tenant_id = $1 and s.token_hash = $2 and s.expires_at > $3 \
               and a.disabled_at is null",
        )
        .bind(tenant.uuid())
        .bind(token_hash.as_slice())
        .bind(now);
        let row = self.rows.find(tenant, statement).await?;
        row.map(|row| session(tenant, *token_hash, &row)).transpose()
    }

    async fn revoke(&self, tenant: TenantId, token_hash: &[u8; 32]) -> Result<bool, StoreFailure> {
        let statement =
            sqlx::query("delete from sessions where tenant_id = $1 and token_hash = $2")
                .bind(tenant.uuid())
                .bind(token_hash.as_slice());
        Ok(self.rows.execute(tenant, statement).await? == 1)
    }

    async fn revoke_all(&self, tenant: TenantId, staff: StaffId) -> Result<u64, StoreFailure> {
        let statement = sqlx::query("delete from sessions where tenant_id = $1 and staff_id = $2")
            .bind(tenant.uuid())
            .bind(staff.uuid());
        self.rows.execute(tenant, statement).await
    }

    async fn sweep(&self, tenant: TenantId, now: DateTime<Utc>) -> Result<u64, StoreFailure> {
        let statement =
            sqlx::query("delete from sessions where tenant_id = $1 and expires_at <= $2")
                .bind(tenant.uuid())
                .bind(now);
        self.rows.execute(tenant, statement).await
    }
}

fn session(
    tenant: TenantId,
    token_hash: [u8; 32],
    row: &PgRow,
) -> Result<SessionRow, StoreFailure> {
    let secret: Vec<u8> = get(row, "csrf_secret")?;
    let also: Vec<Uuid> = get(row, "also")?;
    Ok(SessionRow {
        tenant,
        token_hash,
        staff: StaffId::new(get(row, "staff_id")?),
        csrf_secret: secret.try_into().map_err(|_| StoreFailure::Corrupt {
            what: "sessions.csrf_secret has a wrong length",
        })?,
        also: also.into_iter().map(TenantId::new).collect(),
        created_at: get(row, "created_at")?,
        expires_at: get(row, "expires_at")?,
    })
}
