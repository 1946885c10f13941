//! One way to read lists: columns of a row, sorted by one value and the row's id, page by page.
//!
//! Guarantees: the same rows in the same order whatever the page size; the tenant leads every
//! condition. Absent on purpose: offsets, which repeat and hide rows while a list changes.

use billfold_domain::kernel::TenantId;
use sqlx::{Encode, Execute as _, PgConnection, Postgres, QueryBuilder, Row as _, Type};

use crate::error::Error;
use crate::paging::{CursorError, MOST_COUNTED, Page, Total, Wanted};
use crate::reader::{Answer, Reads};
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

/// A query that conditions narrow down.
pub(crate) trait Narrow {
    /// Adds a condition such as `client_id =` and its value; nothing where no value is asked for.
    fn when<T>(&mut self, condition: &'static str, value: Option<T>)
    where
        T: Encode<'static, Postgres> + Type<Postgres> + 'static;
}

impl Narrow for QueryBuilder<'static, Postgres> {
    fn when<T>(&mut self, condition: &'static str, value: Option<T>)
    where
        T: Encode<'static, Postgres> + Type<Postgres> + 'static,
    {
        if let Some(value) = value {
            self.push(" and ").push(condition).push(" ").push_bind(value);
        }
    }
}

/// The row that a query of [`select`] finds in a list, if there is one.
pub(crate) async fn one<R: Row>(
    reads: &Reads,
    tenant: TenantId,
    list: &'static str,
    mut query: QueryBuilder<'static, Postgres>,
) -> Result<Answer<Option<R>>, Error> {
    let mut read = reads.open(tenant, &[list]).await?;
    let row = query.build().fetch_optional(read.conn()).await?;
    let row = row.map(|row| R::get(&row, 0)).transpose()?;
    Ok(read.answer(row))
}

/// Every row that a query of [`select`] finds in a list; the query bounds how many.
pub(crate) async fn rows<R: Row>(
    reads: &Reads,
    tenant: TenantId,
    list: &'static str,
    mut query: QueryBuilder<'static, Postgres>,
) -> Result<Answer<Vec<R>>, Error> {
    let mut read = reads.open(tenant, &[list]).await?;
    let rows = query.build().fetch_all(read.conn()).await?;
    let rows = rows.iter().map(|row| R::get(row, 0)).collect::<Result<_, sqlx::Error>>()?;
    Ok(read.answer(rows))
}

/// How many rows `query` finds, if that is wanted. It is asked before a cursor narrows the query
/// down to what follows.
pub(crate) async fn counted(
    query: &mut QueryBuilder<'static, Postgres>,
    wanted: &Wanted,
    conn: &mut PgConnection,
) -> Result<Option<Total>, Error> {
    if !wanted.total {
        return Ok(None);
    }
    let sql = query.sql().to_owned();
    let values = query.build().take_arguments().map_err(sqlx::Error::Encode)?.unwrap_or_default();
    *query = QueryBuilder::with_arguments(sql.clone(), values.clone());
    let count = format!(
        "select count(*) from (select 1 from ({sql}) listed limit {}) counted",
        MOST_COUNTED + 1
    );
    let mut count = QueryBuilder::<Postgres>::with_arguments(count, values);
    Ok(Some(Total::of(count.build_query_scalar().fetch_one(conn).await?)))
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

    /// The page that a query of [`Sorted::select`] finds in a list.
    pub(crate) async fn read<R: Row>(
        &self,
        reads: &Reads,
        tenant: TenantId,
        list: &'static str,
        query: QueryBuilder<'static, Postgres>,
        wanted: &Wanted,
    ) -> Result<Answer<Page<R>>, Error> {
        let mut read = reads.open(tenant, &[list]).await?;
        let page = self.page(query, wanted, read.conn()).await?;
        Ok(read.answer(page))
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
        let total = counted(&mut query, wanted, conn).await?;
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
        let Page { rows, next, .. } = wanted.page(rows, |(_, values)| values.clone());
        Ok(Page { rows: rows.into_iter().map(|(row, _)| row).collect(), next, total })
    }
}

fn is_bad_value(error: &sqlx::Error) -> bool {
    const DATA_EXCEPTION: &str = "22";
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| code.starts_with(DATA_EXCEPTION))
}
