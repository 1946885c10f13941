//! How clients sign in: the table `client_accounts`.
//!
//! Guarantee: it holds a keyed hash of an address and the hash of a password, nothing in clear.

use async_trait::async_trait;
use billfold_app::ports::{ClientAccountRow, ClientAccounts, StoreFailure};
use billfold_domain::kernel::{BlindIndex, ClientId, TenantId};
use sqlx::postgres::{PgPool, PgRow};

use super::scoped::{Scoped, Statement, get};

const PUT: &str = "insert into client_accounts (tenant_id, client_id, email_index, password_hash, \
       created_at, email_verified_at) \
     values ($1, $2, $3, $4, $5, $6) on conflict (tenant_id, client_id) do update \
     set email_index = excluded.email_index, password_hash = excluded.password_hash, \
         email_verified_at = excluded.email_verified_at";

const ADD: &str = "insert into client_accounts (tenant_id, client_id, email_index, password_hash, \
       created_at, email_verified_at) \
     values ($1, $2, $3, $4, $5, $6) on conflict (tenant_id, client_id) do nothing";

/// The accounts.
#[derive(Clone, Debug)]
pub struct PostgresClientAccounts {
    rows: Scoped,
}

impl PostgresClientAccounts {
    /// Over a pool whose connections run as `billfold_app`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { rows: Scoped(pool) }
    }
}

#[async_trait]
impl ClientAccounts for PostgresClientAccounts {
    async fn put(&self, row: &ClientAccountRow) -> Result<(), StoreFailure> {
        self.rows.execute(row.tenant, bound(PUT, row)).await?;
        Ok(())
    }

    async fn add(&self, row: &ClientAccountRow) -> Result<bool, StoreFailure> {
        Ok(self.rows.execute(row.tenant, bound(ADD, row)).await? == 1)
    }

    async fn find(
        &self,
        tenant: TenantId,
        client: ClientId,
    ) -> Result<Option<ClientAccountRow>, StoreFailure> {
        let statement = sqlx::query(
            "select email_index, password_hash, created_at, email_verified_at \
             from client_accounts where tenant_id = $1 and client_id = $2",
        )
        .bind(tenant.uuid())
        .bind(client.uuid());
        let row = self.rows.find(tenant, statement).await?;
        let account = |row: PgRow| {
            let email_index: String = get(&row, "email_index")?;
            let what = "client_accounts.email_index is not a hash";
            Ok(ClientAccountRow {
                tenant,
                client,
                email_index: BlindIndex::try_new(email_index)
                    .map_err(|_| StoreFailure::Corrupt { what })?,
                password_hash: get(&row, "password_hash")?,
                created_at: get(&row, "created_at")?,
                email_verified_at: get(&row, "email_verified_at")?,
            })
        };
        row.map(account).transpose()
    }

    async fn move_to(
        &self,
        tenant: TenantId,
        client: ClientId,
        email_index: &BlindIndex,
    ) -> Result<(), StoreFailure> {
        let statement = sqlx::query(
            "update client_accounts set email_index = $3, \
               email_verified_at = case when email_index = $3 then email_verified_at end \
             where tenant_id = $1 and client_id = $2",
        )
        .bind(tenant.uuid())
        .bind(client.uuid())
        .bind(email_index.as_str());
        self.rows.execute(tenant, statement).await?;
        Ok(())
    }

    async fn set_password(
        &self,
        tenant: TenantId,
        client: ClientId,
        password_hash: &str,
    ) -> Result<bool, StoreFailure> {
        let statement = sqlx::query(
            "update client_accounts set password_hash = $3 \
             where tenant_id = $1 and client_id = $2",
        )
        .bind(tenant.uuid())
        .bind(client.uuid())
        .bind(password_hash);
        Ok(self.rows.execute(tenant, statement).await? == 1)
    }

    async fn upgrade_password(
        &self,
        tenant: TenantId,
        client: ClientId,
        old: &str,
        better: &str,
    ) -> Result<(), StoreFailure> {
        let statement = sqlx::query(
            "update client_accounts set password_hash = $4 \
             where tenant_id = $1 and client_id = $2 and password_hash = $3",
        )
        .bind(tenant.uuid())
        .bind(client.uuid())
        .bind(old)
        .bind(better);
        self.rows.execute(tenant, statement).await?;
        Ok(())
    }
}

fn bound<'q>(sql: &'q str, row: &'q ClientAccountRow) -> Statement<'q> {
    sqlx::query(sql)
        .bind(row.tenant.uuid())
        .bind(row.client.uuid())
        .bind(row.email_index.as_str())
        .bind(&row.password_hash)
        .bind(row.created_at)
        .bind(row.email_verified_at)
}
