//! One way to read lists: columns of a row, sorted by one value and the row's id, page by page.
//!
//! Guarantees: the same rows in the same order whatever the page size; the tenant leads every
//! condition. Absent on purpose: offsets, which repeat and hide rows while a list changes.

use billfold_domain::kernel::TenantId;
use sqlx::{PgConnection, Postgres, QueryBuilder, Row as _};

use crate::error::Error;
use crate::paging::{CursorError, Page, Wanted};
use crate::row::Row;

/// Which end of the order comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Largest, latest first.
    #[default]
    Descending,
    /// Smallest, earliest first.
    Ascending,
}

/// How a list is sorted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sorted {
    /// The SQL expression; never null.
    pub(crate) by: &'static str,
    /// The type its values have.
    pub(crate) sql_type: &'static str,
    /// The uuid column that tells rows of one value apart.
    pub(crate) id: &'static str,
    /// Which end comes first.
    pub(crate) order: Order,
}

/// A query of rows of one tenant, to which conditions can be added.
pub(crate) fn select<R: Row>(view: &str, tenant: TenantId) -> QueryBuilder<'static, Postgres> {
    let columns = R::SHAPE.columns_with("");
    let mut query = QueryBuilder::new(format!("select {columns} from {view}"));
    query.push(" where tenant_id = ").push_bind(tenant.uuid());
    query
}

impl Sorted {
    /// As [`select`], for [`Sorted::page`].
    pub(crate) fn select<R: Row>(
        &self,
        view: &str,
        tenant: TenantId,
    ) -> QueryBuilder<'static, Postgres> {
        let Self { by, id, .. } = self;
        let columns = R::SHAPE.columns_with("");
        let mut query = QueryBuilder::new(format!(
            "select {columns}, ({by})::text as sorted_by, {id}::text as sorted_id from {view}"
        ));
        query.push(" where tenant_id = ").push_bind(tenant.uuid());
        query
    }

    /// Runs a query of [`Sorted::select`].
    pub(crate) async fn page<R: Row>(
        &self,
        mut query: QueryBuilder<'static, Postgres>,
        wanted: &Wanted,
        conn: &mut PgConnection,
    ) -> Result<Page<R>, Error> {
        let Self { by, sql_type, id, order } = self;
        let (direction, beyond) = match order {
            Order::Descending => ("desc", "<"),
            Order::Ascending => ("asc", ">"),
        };
        if let Some(cursor) = &wanted.after {
            let [value, last] = cursor.values()?;
            query.push(format!(" and ({by}, {id}) {beyond} ("));
            query.push_bind(value.to_owned()).push(format!("::text::{sql_type}, "));
            query.push_bind(last.to_owned()).push("::text::uuid)");
        }
        query.push(format!(" order by {by} {direction}, {id} {direction} limit "));
        query.push_bind(wanted.fetch());
        let rows = match query.build().fetch_all(conn).await {
            Ok(rows) => rows,
            // A value of the wrong type can only have come with the cursor.
            Err(error) if wanted.after.is_some() && is_bad_value(&error) => {
                return Err(CursorError.into());
            }
            Err(error) => return Err(error.into()),
        };
        let at = R::SHAPE.columns.len();
        let rows = rows
            .iter()
            .map(|row| Ok((R::get(row, 0)?, vec![row.try_get(at)?, row.try_get(at + 1)?])));
        let rows: Vec<(R, Vec<String>)> = rows.collect::<Result<_, sqlx::Error>>()?;
        let Page { rows, next } = wanted.page(rows, |(_, values)| values.clone());
        Ok(Page { rows: rows.into_iter().map(|(row, _)| row).collect(), next })
    }
}

fn is_bad_value(error: &sqlx::Error) -> bool {
    const DATA_EXCEPTION: &str = "22";
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| code.starts_with(DATA_EXCEPTION))
}
