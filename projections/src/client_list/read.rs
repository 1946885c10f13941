//! Reads of the client list.

use billfold_domain::kernel::{BlindIndex, ClientId, Country, Currency, StaffId, TenantId};
use sqlx::Row as _;

use super::{ClientBalanceRow, ClientList, ClientRow, ClientStatus};
use crate::error::Error;
use crate::list::{Narrow, Order, Sorted, one, rows, select};
use crate::paging::{Cursor, Page, Wanted};
use crate::projection::Projection;
use crate::reader::{Answer, Reads};
use crate::row::Cell;
use crate::scope::Scope;

/// Which clients are asked for; each condition given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Whose clients are asked for at all.
    pub scope: Scope,
    /// How the client stands.
    pub status: Option<ClientStatus>,
    /// Where the client is.
    pub country: Option<Country>,
    /// What the client is billed in.
    pub currency: Option<Currency>,
    /// Which reseller looks after the client.
    pub reseller: Option<StaffId>,
    /// One of these clients.
    pub among: Option<Vec<ClientId>>,
}

/// What is known of a client that is sought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// The id.
    Id(ClientId),
    /// The blind index of the e-mail address.
    Email(BlindIndex),
    /// The system the client was imported from, and the id there.
    Origin(String, String),
}

/// What the best clients are best at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Owing most.
    Receivable,
    /// Ever invoiced most.
    Invoiced,
}

/// Clients in the order of their registration.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    filter: &Filter,
    order: Order,
    wanted: &Wanted,
) -> Result<Answer<Page<ClientRow>>, Error> {
    let sorted = Sorted { by: "registered_at", sql_type: "timestamptz", id: "client_id", order };
    let mut query = sorted.select::<ClientRow>(ClientList::NAME, tenant);
    filter.scope.narrow(&mut query, tenant);
    query.when("status =", filter.status.map(|status| status.as_str()));
    query.when("country =", filter.country.map(|country| country.code()));
    query.when("currency =", filter.currency.map(|currency| currency.code()));
    query.when("reseller_id =", filter.reseller.map(|reseller| reseller.uuid()));
    if let Some(among) = &filter.among {
        let among: Vec<_> = among.iter().map(|client| client.uuid()).collect();
        query.push(" and client_id = any(").push_bind(among).push(")");
    }
    sorted.read(reads, tenant, ClientList::NAME, query, wanted).await
}

/// Where a list in this order goes on after a client.
#[must_use]
pub fn after(row: &ClientRow) -> Cursor {
    // as the database writes it, so that it is the very value
    let at = row.registered_at.format("%Y-%m-%d %H:%M:%S%.6f+00").to_string();
    Cursor::of(vec![at, row.client_id.uuid().to_string()])
}

/// One client.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn find(
    reads: &Reads,
    tenant: TenantId,
    known: &Known,
) -> Result<Answer<Option<ClientRow>>, Error> {
    let mut query = select::<ClientRow>(ClientList::NAME, tenant);
    match known {
        Known::Id(client) => {
            query.push(" and client_id = ").push_bind(client.uuid());
        }
        Known::Email(index) => {
            query.push(" and email_index = ").push_bind(index.as_str().to_owned());
        }
        Known::Origin(source, id) => {
            query.push(" and origin_source = ").push_bind(source.clone());
            query.push(" and origin_id = ").push_bind(id.clone());
        }
    }
    query.push(" limit 1");
    one(reads, tenant, ClientList::NAME, query).await
}

/// What some clients owe and ever paid, per currency.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn balances(
    reads: &Reads,
    tenant: TenantId,
    clients: &[ClientId],
) -> Result<Answer<Vec<ClientBalanceRow>>, Error> {
    let mut query = select::<ClientBalanceRow>("client_list_balances", tenant);
    let clients: Vec<_> = clients.iter().map(|client| client.uuid()).collect();
    query.push(" and client_id = any(").push_bind(clients).push(") order by client_id, currency");
    rows(reads, tenant, ClientList::NAME, query).await
}

/// The clients that lead in one currency, at most `limit`.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn top(
    reads: &Reads,
    tenant: TenantId,
    currency: Currency,
    by: Sort,
    limit: u32,
) -> Result<Answer<Vec<ClientBalanceRow>>, Error> {
    let by = match by {
        Sort::Receivable => "receivable",
        Sort::Invoiced => "invoiced",
    };
    let mut query = select::<ClientBalanceRow>("client_list_balances", tenant);
    query.push(" and currency = ").push_bind(currency.code());
    query.push(format!(" and {by} > 0 order by {by} desc, client_id limit "));
    query.push_bind(i64::from(limit));
    rows(reads, tenant, ClientList::NAME, query).await
}

/// How many clients each reseller looks after, erased ones aside; none who looks after nobody.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn by_reseller(
    reads: &Reads,
    tenant: TenantId,
) -> Result<Answer<Vec<(StaffId, i64)>>, Error> {
    let mut read = reads.open(tenant, &[ClientList::NAME]).await?;
    let rows = sqlx::query(
        "select reseller_id, count(*) from client_list \
         where tenant_id = $1 and reseller_id is not null and status <> $2 group by 1 order by 1",
    )
    .bind(tenant.uuid())
    .bind(ClientStatus::Erased.as_str())
    .fetch_all(read.conn())
    .await?;
    let count = |row: &sqlx::postgres::PgRow| {
        Ok::<_, sqlx::Error>((StaffId::new(row.try_get(0)?), row.try_get(1)?))
    };
    let counts = rows.iter().map(count).collect::<Result<_, _>>()?;
    Ok(read.answer(counts))
}

/// How many clients there are of each status.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn counts(
    reads: &Reads,
    tenant: TenantId,
) -> Result<Answer<Vec<(ClientStatus, i64)>>, Error> {
    let mut read = reads.open(tenant, &[ClientList::NAME]).await?;
    let rows = sqlx::query(
        "select status, count(*) from client_list where tenant_id = $1 group by 1 order by 1",
    )
    .bind(tenant.uuid())
    .fetch_all(read.conn())
    .await?;
    let count = |row: &sqlx::postgres::PgRow| {
        Ok::<_, sqlx::Error>((ClientStatus::get(row, 0)?, row.try_get(1)?))
    };
    let counts = rows.iter().map(count).collect::<Result<_, _>>()?;
    Ok(read.answer(counts))
}
