//! What one tenant may see: statements and transactions under its row-level security, and how
//! database errors become `StoreFailure`.

use billfold_app::ports::StoreFailure;
use billfold_domain::kernel::TenantId;
use sqlx::postgres::{PgArguments, PgPool, PgRow};
use sqlx::query::Query;
use sqlx::{Decode, Postgres, Row, Transaction, Type};

/// A statement with what is bound to it.
pub(super) type Statement<'q> = Query<'q, Postgres, PgArguments>;

/// The rows of tenants, a tenant at a time.
#[derive(Clone, Debug)]
pub(super) struct Scoped(pub(super) PgPool);

impl Scoped {
    /// Begins a transaction whose row-level security admits `tenant` alone.
    pub(super) async fn begin(
        &self,
        tenant: TenantId,
    ) -> Result<Transaction<'static, Postgres>, StoreFailure> {
        let mut tx = self.0.begin().await.map_err(failed)?;
        sqlx::query("select set_config('billfold.tenant', $1, true)")
            .bind(tenant.uuid().to_string())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        Ok(tx)
    }

    /// Runs a statement alone; the number of rows it changed.
    pub(super) async fn execute(
        &self,
        tenant: TenantId,
        statement: Statement<'_>,
    ) -> Result<u64, StoreFailure> {
        let mut tx = self.begin(tenant).await?;
        let done = statement.execute(&mut *tx).await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(done.rows_affected())
    }

    /// The row that a statement finds, if any.
    pub(super) async fn find(
        &self,
        tenant: TenantId,
        statement: Statement<'_>,
    ) -> Result<Option<PgRow>, StoreFailure> {
        let mut tx = self.begin(tenant).await?;
        let row = statement.fetch_optional(&mut *tx).await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(row)
    }

    /// Every row that a statement finds.
    pub(super) async fn list(
        &self,
        tenant: TenantId,
        statement: Statement<'_>,
    ) -> Result<Vec<PgRow>, StoreFailure> {
        let mut tx = self.begin(tenant).await?;
        let rows = statement.fetch_all(&mut *tx).await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(rows)
    }
}

/// A column of a row.
pub(super) fn get<'r, T>(row: &'r PgRow, column: &str) -> Result<T, StoreFailure>
where
    T: Decode<'r, Postgres> + Type<Postgres>,
{
    row.try_get(column).map_err(failed)
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
