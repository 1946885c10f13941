//! Who is late with what, which payments were tried for it, and which dunning strategies may hold?
//! Asked by dunning runs, and by whoever looks at one client's cases.
//!
//! Guarantees: every invoice that may need a dunning case on a day, and every case that goes on, is
//! named; more may be, since a decision under the lock looks at each again. Absent on purpose:
//! tables of its own; it reads those of four lists at one moment.

use billfold_domain::dunning::Holder;
use billfold_domain::kernel::{ClientId, DunningStrategyId, InvoiceId, PaymentId, TenantId};
use chrono::NaiveDate;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::dunning_case_list::DunningCaseList;
use crate::dunning_strategy_list::{DunningStrategyList, held};
use crate::error::Error;
use crate::invoice_list::InvoiceList;
use crate::payment_list::PaymentList;
use crate::projection::Projection;
use crate::reader::{Answer, Reads};

/// The lists that are read.
pub const LISTS: [&str; 4] =
    [InvoiceList::NAME, DunningCaseList::NAME, PaymentList::NAME, DunningStrategyList::NAME];

/// A client who may be late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientArrears {
    /// Who.
    pub client_id: ClientId,
    /// With what, by due date.
    pub invoices: Vec<LateInvoice>,
    /// Which strategies hold for the seller, for products and for this client.
    pub strategies: Vec<(Holder, DunningStrategyId)>,
}

/// An invoice that may be late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateInvoice {
    /// Which.
    pub invoice_id: InvoiceId,
    /// Every payment that was tried for it or paid it, oldest first, with its day.
    pub payments: Vec<(PaymentId, NaiveDate)>,
}

/// Of whom arrears are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// One client.
    Client(ClientId),
    /// Clients by id, behind one.
    Behind(Option<ClientId>),
}

/// Clients with something late on a day, by id; at most `limit`.
///
/// # Errors
/// The database is away, or a list is not built.
pub async fn clients(
    reads: &Reads,
    tenant: TenantId,
    on: NaiveDate,
    of: Of,
    limit: i64,
) -> Result<Answer<Vec<ClientArrears>>, Error> {
    let mut read = reads.open(tenant, &LISTS).await?;
    let (only, after) = match of {
        Of::Client(client) => (Some(client.uuid()), None),
        Of::Behind(client) => (None, client.map(ClientId::uuid)),
    };
    let rows = sqlx::query(include_str!("../sql/arrears.sql"))
        .bind(tenant.uuid())
        .bind(on)
        .bind(only)
        .bind(after)
        .bind(limit)
        .fetch_all(read.conn())
        .await?;
    let late = |row: &PgRow| Ok((row.try_get::<Uuid, _>(0)?, row.try_get::<Vec<Uuid>, _>(1)?));
    let late: Vec<_> = rows.iter().map(late).collect::<Result<_, sqlx::Error>>()?;
    let clients: Vec<_> = late.iter().map(|(client, _)| ClientId::new(*client)).collect();
    let strategies = held(read.conn(), tenant, &clients).await?;
    let invoices: Vec<Uuid> = late.iter().flat_map(|(_, invoices)| invoices).copied().collect();
    let payments = payments(read.conn(), tenant, invoices).await?;
    let invoice = |id: Uuid| LateInvoice {
        invoice_id: InvoiceId::new(id),
        payments: payments.iter().filter(|it| it.0 == id).map(|it| (it.1, it.2)).collect(),
    };
    let client = |(id, invoices): (Uuid, Vec<Uuid>)| {
        let client_id = ClientId::new(id);
        let is_his = |(holder, _): &&(Holder, _)| match holder {
            Holder::Client(client) => *client == client_id,
            Holder::Tenant | Holder::Product(_) => true,
        };
        ClientArrears {
            client_id,
            invoices: invoices.into_iter().map(invoice).collect(),
            strategies: strategies.iter().filter(is_his).copied().collect(),
        }
    };
    Ok(read.answer(late.into_iter().map(client).collect()))
}

/// Which strategy holds for the seller, for each product that has one, and for some clients.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn strategies(
    reads: &Reads,
    tenant: TenantId,
    clients: &[ClientId],
) -> Result<Answer<Vec<(Holder, DunningStrategyId)>>, Error> {
    let mut read = reads.open(tenant, &[DunningStrategyList::NAME]).await?;
    let held = held(read.conn(), tenant, clients).await?;
    Ok(read.answer(held))
}

/// Payments of some invoices, oldest first: invoice, payment, day. One that is under way and names
/// no invoice may be for any of its client's.
async fn payments(
    conn: &mut sqlx::PgConnection,
    tenant: TenantId,
    invoices: Vec<Uuid>,
) -> Result<Vec<(Uuid, PaymentId, NaiveDate)>, Error> {
    let rows = sqlx::query(
        "select t.invoice_id, p.payment_id, p.received_on from ( \
             select invoice_id, payment_id from payment_list \
             where tenant_id = $1 and invoice_id = any($2) \
             union \
             select invoice_id, payment_id from payment_list_allocations \
             where tenant_id = $1 and invoice_id = any($2) \
             union \
             select i.invoice_id, p.payment_id \
             from invoice_list i join payment_list p \
                 on p.tenant_id = $1 and p.client_id = i.client_id and p.invoice_id is null \
                 and p.status in ('pending', 'unknown') \
             where i.tenant_id = $1 and i.invoice_id = any($2) \
         ) t join payment_list p on p.tenant_id = $1 and p.payment_id = t.payment_id \
         order by p.received_on, p.last_position",
    )
    .bind(tenant.uuid())
    .bind(invoices)
    .fetch_all(conn)
    .await?;
    let payment =
        |row: &PgRow| Ok((row.try_get(0)?, PaymentId::new(row.try_get(1)?), row.try_get(2)?));
    Ok(rows.iter().map(payment).collect::<Result<_, sqlx::Error>>()?)
}
