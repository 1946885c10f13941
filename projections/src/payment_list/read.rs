//! Reads of the payment list.

use billfold_domain::kernel::{ClientId, InvoiceId, PaymentId, TenantId};
use chrono::NaiveDate;

use super::{
    AllocationRow, DisputeRow, PaymentList, PaymentRow, PaymentStatus, RefundRow, ReversalRow,
};
use crate::error::Error;
use crate::list::{Narrow, Order, Sorted, rows, select};
use crate::paging::{Page, Wanted};
use crate::projection::Projection;
use crate::reader::{Answer, Reads};
use crate::row::Row;
use crate::scope::Scope;

/// Which payments are asked for; each condition given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Whose clients are asked for at all.
    pub scope: Scope,
    /// Who paid.
    pub client: Option<ClientId>,
    /// Whether money moved.
    pub status: Option<PaymentStatus>,
    /// Key of the way it came.
    pub gateway: Option<String>,
    /// Only those with money that nobody has matched.
    pub unapplied: bool,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
}

/// Payments by day.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    filter: &Filter,
    order: Order,
    wanted: &Wanted,
) -> Result<Answer<Page<PaymentRow>>, Error> {
    let sorted = Sorted { by: "received_on", sql_type: "date", id: "payment_id", order };
    let mut query = sorted.select::<PaymentRow>(PaymentList::NAME, tenant);
    filter.scope.narrow(&mut query, tenant);
    query.when("client_id =", filter.client.map(|client| client.uuid()));
    query.when("status =", filter.status.map(|status| status.as_str()));
    if let Some(gateway) = &filter.gateway {
        query.push(" and gateway = ").push_bind(gateway.clone());
    }
    if filter.unapplied {
        query.push(" and unapplied > 0");
    }
    query.when("received_on >=", filter.from);
    query.when("received_on <=", filter.to);
    sorted.read(reads, tenant, PaymentList::NAME, query, wanted).await
}

/// One payment with what it has paid.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn find(
    reads: &Reads,
    tenant: TenantId,
    payment: PaymentId,
) -> Result<Answer<Option<(PaymentRow, Vec<AllocationRow>)>>, Error> {
    let mut read = reads.open(tenant, &[PaymentList::NAME]).await?;
    let mut query = select::<PaymentRow>(PaymentList::NAME, tenant);
    query.push(" and payment_id = ").push_bind(payment.uuid());
    let row = query.build().fetch_optional(read.conn()).await?;
    let Some(row) = row else { return Ok(read.answer(None)) };
    let row = PaymentRow::get(&row, 0)?;
    let mut query = select::<AllocationRow>("payment_list_allocations", tenant);
    query.push(" and payment_id = ").push_bind(payment.uuid());
    query.push(" order by allocation_no");
    let allocations = query.build().fetch_all(read.conn()).await?;
    let allocations =
        allocations.iter().map(|row| AllocationRow::get(row, 0)).collect::<Result<_, _>>()?;
    Ok(read.answer(Some((row, allocations))))
}

/// What went back of a payment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Returned {
    /// Its refunds, oldest first.
    pub refunds: Vec<RefundRow>,
    /// Its disputes, oldest first.
    pub disputes: Vec<DisputeRow>,
}

/// The refunds and disputes of a payment.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn returned(
    reads: &Reads,
    tenant: TenantId,
    payment: PaymentId,
) -> Result<Answer<Returned>, Error> {
    let mut read = reads.open(tenant, &[PaymentList::NAME]).await?;
    let mut query = select::<RefundRow>("payment_list_refunds", tenant);
    query.push(" and payment_id = ").push_bind(payment.uuid()).push(" order by refund_no");
    let rows = query.build().fetch_all(read.conn()).await?;
    let refunds = rows.iter().map(|row| RefundRow::get(row, 0)).collect::<Result<_, _>>()?;
    let mut query = select::<DisputeRow>("payment_list_disputes", tenant);
    query.push(" and payment_id = ").push_bind(payment.uuid()).push(" order by dispute_no");
    let rows = query.build().fetch_all(read.conn()).await?;
    let disputes = rows.iter().map(|row| DisputeRow::get(row, 0)).collect::<Result<_, _>>()?;
    Ok(read.answer(Returned { refunds, disputes }))
}

/// What has paid an invoice, oldest first.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn of_invoice(
    reads: &Reads,
    tenant: TenantId,
    invoice: InvoiceId,
) -> Result<Answer<Vec<AllocationRow>>, Error> {
    let mut query = select::<AllocationRow>("payment_list_allocations", tenant);
    query.push(" and invoice_id = ").push_bind(invoice.uuid()).push(" order by position");
    rows(reads, tenant, PaymentList::NAME, query).await
}

/// What some payments paid, payment by payment, each invoice in the order it was paid.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn paid_by(
    reads: &Reads,
    tenant: TenantId,
    payments: &[PaymentId],
) -> Result<Answer<Vec<AllocationRow>>, Error> {
    let ids: Vec<_> = payments.iter().map(|payment| payment.uuid()).collect();
    let mut query = select::<AllocationRow>("payment_list_allocations", tenant);
    query.push(" and payment_id = any(").push_bind(ids);
    query.push(") order by payment_id, allocation_no");
    rows(reads, tenant, PaymentList::NAME, query).await
}

/// What was taken back of that and is owed again, oldest first.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn taken_from_invoice(
    reads: &Reads,
    tenant: TenantId,
    invoice: InvoiceId,
) -> Result<Answer<Vec<ReversalRow>>, Error> {
    let mut query = select::<ReversalRow>("payment_list_reversals", tenant);
    query
        .push(" and reopens and invoice_id = ")
        .push_bind(invoice.uuid())
        .push(" order by position");
    rows(reads, tenant, PaymentList::NAME, query).await
}
