//! Which money arrived or was refused, and which invoices has it paid?
//!
//! Guarantees: allocated, credit and rest of a payment sum to what arrived. Absent on purpose:
//! what became of credit that was pooled with other credit; the journal knows.

use billfold_domain::kernel::{ClientId, Currency, InvoiceId, Money, PaymentId, TenantId};
use billfold_domain::payment::{PaymentEvent, Source};
use billfold_domain::schema::Event;
use billfold_event_store::OnError;
use chrono::{DateTime, NaiveDate, Utc};

use crate::error::Error;
use crate::fact::Fact;
use crate::list::{Order, Sorted, select};
use crate::paging::{Page, Wanted};
use crate::projection::{FoldError, Projection, Proof};
use crate::reader::{Answer, Reads};
use crate::row::cell::words;
use crate::row::{Row, row};
use crate::table::{Appended, Replaced, Table, Tables};

/// Whether money moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PaymentStatus {
    /// It arrived.
    Settled,
    /// The gateway said no.
    Declined,
}

words! {
    PaymentStatus = "status of a payment" {
        Settled => "settled",
        Declined => "declined",
    }
}

row! {
    /// One payment.
    pub struct PaymentRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The payment.
            payment_id: PaymentId,
        }
        replaced {
            /// Who paid or tried to.
            client_id: ClientId,
            /// Whether money moved.
            status: PaymentStatus,
            /// Key of the way it came.
            gateway: String,
            /// The gateway's own name for it.
            reference: Option<String>,
            /// The day it arrived or was tried.
            received_on: NaiveDate,
            /// Currency of all amounts.
            currency: Currency,
            /// What arrived, or was asked for, in minor units.
            amount: i64,
            /// What has paid invoices, in minor units.
            allocated: i64,
            /// What is left of the part that became credit, in minor units.
            credit: i64,
            /// What nobody has matched, in minor units.
            unapplied: i64,
            /// Why it was refused.
            reason: Option<String>,
            /// When the log last heard of it.
            changed_at: DateTime<Utc>,
        }
    }
    check "status = 'declined' or amount = allocated + credit + unapplied";
    index "(tenant_id, received_on, payment_id)";
    index "(tenant_id, client_id, received_on, payment_id)";
}

row! {
    /// A part of a payment that paid an invoice.
    pub struct AllocationRow in "allocations" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The payment.
            payment_id: PaymentId,
            /// Counts the allocations of the payment from 1.
            allocation_no: i64,
        }
        appended {
            /// The invoice.
            invoice_id: InvoiceId,
            /// How much, in minor units.
            amount: i64,
            /// Currency of the amount.
            currency: Currency,
            /// The business day.
            allocated_on: NaiveDate,
            /// Position of the event.
            position: i64,
        }
    }
    check "amount > 0";
    index "(tenant_id, invoice_id, position)";
}

/// The projection.
#[derive(Debug)]
pub struct PaymentList;

/// Its tables.
#[derive(Debug, Default)]
pub struct PaymentTables {
    payments: Replaced<PaymentRow>,
    allocations: Appended<AllocationRow>,
}

impl Tables for PaymentTables {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![&mut self.payments, &mut self.allocations]
    }
}

impl Projection for PaymentList {
    const NAME: &'static str = "payment_list";
    const VERSION: u32 = 1;
    const STREAMS: &'static [&'static str] = &["payment"];
    const ON_ERROR: OnError = OnError::Stop;
    const PROOFS: &'static [Proof] = &[Proof {
        rule: "what a payment has paid is the sum of its allocations",
        violations: "select format('%s %s', tenant_id, payment_id) \
             from {payment_list} p full join ( \
                 select tenant_id, payment_id, sum(amount) as allocated \
                 from {payment_list_allocations} group by 1, 2 \
             ) a using (tenant_id, payment_id) \
             where coalesce(p.allocated, -1) <> coalesce(a.allocated, 0)",
        reads_log: false,
    }];
    type Rows = PaymentTables;

    fn apply(rows: &mut PaymentTables, fact: &Fact<'_>) -> Result<(), FoldError> {
        match fact.event()? {
            Event::Payment(event) => apply_payment(rows, fact, event),
            _ => Ok(()),
        }
    }
}

fn apply_payment(
    rows: &mut PaymentTables,
    fact: &Fact<'_>,
    event: &PaymentEvent,
) -> Result<(), FoldError> {
    match event {
        PaymentEvent::Settled {
            client_id,
            amount,
            gateway,
            reference,
            received_on,
            allocations,
            to_credit,
            unapplied,
            origin: _,
        } => {
            let mut row = blank(fact, *client_id, gateway, *received_on, *amount);
            row.reference.clone_from(reference);
            row.allocated = allocations.iter().map(|part| part.amount.minor()).sum();
            (row.credit, row.unapplied) = (to_credit.minor(), unapplied.minor());
            rows.payments.put(row);
            for part in allocations {
                let part = allocation(fact, part.no, part.invoice_id, part.amount)?;
                rows.allocations.push(part);
            }
            Ok(())
        }
        PaymentEvent::Declined { client_id, amount, gateway, reason, on } => {
            let mut row = blank(fact, *client_id, gateway, *on, *amount);
            row.status = PaymentStatus::Declined;
            row.reason = Some(reason.clone());
            rows.payments.put(row);
            Ok(())
        }
        PaymentEvent::Allocated { no, invoice_id, amount, from, client_id: _, left: _ } => {
            rows.allocations.push(allocation(fact, *no, *invoice_id, *amount)?);
            let key = (fact.tenant(), PaymentId::new(fact.aggregate_id));
            rows.payments.change(key, fact.position, |row| {
                row.allocated += amount.minor();
                match from {
                    Source::Unapplied => row.unapplied -= amount.minor(),
                    Source::Credit => row.credit -= amount.minor(),
                }
                row.changed_at = fact.recorded_at;
                Ok(())
            })
        }
    }
}

fn blank(
    fact: &Fact<'_>,
    client_id: ClientId,
    gateway: &str,
    received_on: NaiveDate,
    amount: Money,
) -> PaymentRow {
    PaymentRow {
        tenant_id: fact.tenant(),
        payment_id: PaymentId::new(fact.aggregate_id),
        client_id,
        status: PaymentStatus::Settled,
        gateway: gateway.to_owned(),
        reference: None,
        received_on,
        currency: amount.currency(),
        amount: amount.minor(),
        allocated: 0,
        credit: 0,
        unapplied: 0,
        reason: None,
        changed_at: fact.recorded_at,
        last_position: fact.position,
    }
}

fn allocation(
    fact: &Fact<'_>,
    no: u32,
    invoice_id: InvoiceId,
    amount: Money,
) -> Result<AllocationRow, FoldError> {
    Ok(AllocationRow {
        tenant_id: fact.tenant(),
        payment_id: PaymentId::new(fact.aggregate_id),
        allocation_no: i64::from(no),
        invoice_id,
        amount: amount.minor(),
        currency: amount.currency(),
        allocated_on: fact.effective_on()?,
        position: fact.position,
    })
}

/// Which payments are asked for; each condition given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
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
    if let Some(client) = filter.client {
        query.push(" and client_id = ").push_bind(client.uuid());
    }
    if let Some(status) = filter.status {
        query.push(" and status = ").push_bind(status.as_str());
    }
    if let Some(gateway) = &filter.gateway {
        query.push(" and gateway = ").push_bind(gateway.clone());
    }
    if filter.unapplied {
        query.push(" and unapplied > 0");
    }
    if let Some(from) = filter.from {
        query.push(" and received_on >= ").push_bind(from);
    }
    if let Some(to) = filter.to {
        query.push(" and received_on <= ").push_bind(to);
    }
    let mut read = reads.open(tenant, &[PaymentList::NAME]).await?;
    let page = sorted.page(query, wanted, read.conn()).await?;
    Ok(read.answer(page))
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
    let mut read = reads.open(tenant, &[PaymentList::NAME]).await?;
    let rows = query.build().fetch_all(read.conn()).await?;
    let rows = rows.iter().map(|row| AllocationRow::get(row, 0)).collect::<Result<_, _>>()?;
    Ok(read.answer(rows))
}
