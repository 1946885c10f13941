//! A transaction that sees one tenant, and how database errors become `StoreFailure`.

use billfold_app::ports::StoreFailure;
use billfold_domain::kernel::TenantId;
use sqlx::postgres::PgPool;
use sqlx::{Postgres, Transaction};

/// Begins a transaction whose row-level security admits `tenant` alone.
pub(super) async fn begin(
    pool: &PgPool,
    tenant: TenantId,
) -> Result<Transaction<'static, Postgres>, StoreFailure> {
    let mut tx = pool.begin().await.map_err(failed)?;
    sqlx::query("select set_config('billfold.tenant', $1, true)")
        .bind(tenant.uuid().to_string())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
    Ok(tx)
}

/// A database error as the port's error.
pub(super) fn failed(error: sqlx::Error) -> StoreFailure {
    match &error {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            StoreFailure::Corrupt { what: "a column has an unexpected type" }
        }
        _ => StoreFailure::Unavailable(Box::new(error)),
    }
}
