//! What was invoiced, credited, collected and given up, per day and month? Asked by dashboards and
//! reports.
//!
//! Guarantees: facts count on the business day they name, or on the first open one if its month was
//! closed before; sums are exact. Absent on purpose:
//! recognised revenue, which is the ledger's (accounts 4000 and 2300), what went back of the money
//! that arrived, which the payment list has, and any rounding.

use billfold_domain::credit_note::CreditNoteEvent;
use billfold_domain::invoice::InvoiceEvent;
use billfold_domain::kernel::{Currency, TenantId};
use billfold_domain::payment::PaymentEvent;
use billfold_domain::schema::Event;
use billfold_event_store::OnError;
use chrono::{Datelike, Months, NaiveDate};
use sqlx::Row as _;

use crate::closing::{self, Closings};
use crate::error::Error;
use crate::fact::Fact;
use crate::invoice_list::InvoiceList;
use crate::list::select;
use crate::projection::{FoldError, Projection};
use crate::reader::{Answer, Reads};
use crate::row::{Cell, Row, row};
use crate::table::{Summed, Table, Tables};

row! {
    /// What happened on one business day in one currency, in minor units.
    pub struct RevenueRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// Currency of the sums.
            currency: Currency,
            /// The business day; in answers about months, the first of the month.
            day: NaiveDate,
        }
        summed {
            /// Invoiced, without tax.
            invoiced_net: i64,
            /// Tax on that.
            invoiced_tax: i64,
            /// Taken back by credit notes, without tax.
            credited_net: i64,
            /// Tax on that.
            credited_tax: i64,
            /// Money that arrived.
            collected: i64,
            /// Given up.
            written_off: i64,
            /// Number of invoices issued.
            invoices: i64,
            /// Number of credit notes issued.
            credit_notes: i64,
            /// Number of payments received.
            payments: i64,
        }
    }
}

/// The projection.
#[derive(Debug)]
pub struct RevenueByDay;

/// Its tables.
#[derive(Debug, Default)]
pub struct RevenueTables {
    days: Summed<RevenueRow>,
    closings: Closings,
}

impl Tables for RevenueTables {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![&mut self.days, self.closings.table()]
    }
}

impl Projection for RevenueByDay {
    const NAME: &'static str = "revenue_by_day";
    const VERSION: u32 = 3;
    const STREAMS: &'static [&'static str] =
        &["invoice", "credit_note", "payment", closing::STREAM];
    const ON_ERROR: OnError = OnError::Stop;
    type Rows = RevenueTables;

    fn apply(rows: &mut Self::Rows, fact: &Fact<'_>) -> Result<(), FoldError> {
        rows.closings.take(fact)?;
        let day = rows.closings.posting_day(fact)?;
        match fact.event()? {
            Event::Invoice(event) => match event {
                InvoiceEvent::Issued(issued) => rows.days.add(RevenueRow {
                    invoiced_net: issued.net.minor(),
                    invoiced_tax: issued.tax.minor(),
                    invoices: 1,
                    ..blank(fact, day, issued.total.currency())
                }),
                InvoiceEvent::Voided(voided) => rows.days.add(RevenueRow {
                    credited_net: voided.net.minor(),
                    credited_tax: voided.tax.minor(),
                    credit_notes: 1,
                    ..blank(fact, day, voided.total.currency())
                }),
                InvoiceEvent::WrittenOff { amount, .. } => rows.days.add(RevenueRow {
                    written_off: amount.minor(),
                    ..blank(fact, day, amount.currency())
                }),
                InvoiceEvent::Drafted { .. }
                | InvoiceEvent::LineAdded { .. }
                | InvoiceEvent::LineRemoved { .. }
                | InvoiceEvent::LineTaxed { .. }
                | InvoiceEvent::CouponApplied { .. }
                | InvoiceEvent::CouponTakenOff { .. }
                | InvoiceEvent::DueDateSet { .. }
                | InvoiceEvent::Discarded { .. }
                | InvoiceEvent::Settled { .. }
                | InvoiceEvent::PaymentApplied { .. }
                | InvoiceEvent::PaymentUnapplied { .. }
                | InvoiceEvent::CreditApplied { .. }
                | InvoiceEvent::CreditUnapplied { .. }
                | InvoiceEvent::CreditNoteApplied { .. } => Ok(()),
            },
            Event::Payment(event) => match event {
                PaymentEvent::Settled { amount, .. } => rows.days.add(RevenueRow {
                    collected: amount.minor(),
                    payments: 1,
                    ..blank(fact, day, amount.currency())
                }),
                PaymentEvent::Attempted { .. }
                | PaymentEvent::Declined { .. }
                | PaymentEvent::Allocated { .. }
                | PaymentEvent::Unallocated { .. }
                | PaymentEvent::RefundRequested { .. }
                | PaymentEvent::RefundSent { .. }
                | PaymentEvent::RefundFailed { .. }
                | PaymentEvent::DisputeOpened { .. }
                | PaymentEvent::DisputeWon { .. }
                | PaymentEvent::DisputeLost { .. }
                | PaymentEvent::DisputeFeeCharged { .. } => Ok(()),
            },
            Event::CreditNote(CreditNoteEvent::Issued(note)) => rows.days.add(RevenueRow {
                credited_net: note.net.minor(),
                credited_tax: note.tax.minor(),
                credit_notes: 1,
                ..blank(fact, day, note.total.currency())
            }),
            _ => Ok(()),
        }
    }
}

fn blank(fact: &Fact<'_>, day: NaiveDate, currency: Currency) -> RevenueRow {
    RevenueRow {
        tenant_id: fact.tenant(),
        currency,
        day,
        invoiced_net: 0,
        invoiced_tax: 0,
        credited_net: 0,
        credited_tax: 0,
        collected: 0,
        written_off: 0,
        invoices: 0,
        credit_notes: 0,
        payments: 0,
        last_position: fact.position,
    }
}

/// What rows are summed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// Each day that has something.
    Day,
    /// Calendar months.
    Month,
    /// Calendar years.
    Year,
}

/// Sums per span of time and currency, from the day `from` to the day `to`, both included.
///
/// # Errors
/// The database is away, or the projection is not built.
pub async fn sums(
    reads: &Reads,
    tenant: TenantId,
    per: Per,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Answer<Vec<RevenueRow>>, Error> {
    let mut read = reads.open(tenant, &[RevenueByDay::NAME]).await?;
    let unit = match per {
        Per::Day => {
            let mut query = select::<RevenueRow>(RevenueByDay::NAME, tenant);
            query.push(" and day >= ").push_bind(from).push(" and day <= ").push_bind(to);
            query.push(" order by day, currency");
            let rows = query.build().fetch_all(read.conn()).await?;
            let rows = rows.iter().map(|row| RevenueRow::get(row, 0)).collect::<Result<_, _>>()?;
            return Ok(read.answer(rows));
        }
        Per::Month => "month",
        Per::Year => "year",
    };
    let values = RevenueRow::SHAPE.columns.iter().skip(RevenueRow::SHAPE.key);
    let values: Vec<String> = values
        .map(|column| match column.name {
            "last_position" => "max(last_position)".to_owned(),
            name => format!("sum({name})::bigint"),
        })
        .collect();
    let sql = format!(
        "select tenant_id, currency, date_trunc('{unit}', day::timestamp)::date, {} \
         from revenue_by_day where tenant_id = $1 and day >= $2 and day <= $3 \
         group by 1, 2, 3 order by 3, 2",
        values.join(", ")
    );
    let rows =
        sqlx::query(&sql).bind(tenant.uuid()).bind(from).bind(to).fetch_all(read.conn()).await?;
    let rows = rows.iter().map(|row| RevenueRow::get(row, 0)).collect::<Result<_, _>>()?;
    Ok(read.answer(rows))
}

/// A month of the chart of the overview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChartMonth {
    /// The first of the month.
    pub month: NaiveDate,
    /// Invoiced with tax, less credit notes, in minor units.
    pub invoiced: i64,
    /// Money that arrived, in minor units.
    pub collected: i64,
    /// Owed on invoices that were due in the month and are late today, in minor units.
    pub past_due: i64,
}

/// The last twelve months up to the month of `today`, oldest first, months without anything too.
///
/// # Errors
/// The database is away, or one of the two projections is not built.
pub async fn chart(
    reads: &Reads,
    tenant: TenantId,
    currency: Currency,
    today: NaiveDate,
) -> Result<Answer<Vec<ChartMonth>>, Error> {
    let last = today.with_day(1).unwrap_or(today);
    let first = last.checked_sub_months(Months::new(11)).unwrap_or(last);
    let mut read = reads.open(tenant, &[RevenueByDay::NAME, InvoiceList::NAME]).await?;
    let rows = sqlx::query(
        "select m::date, \
             coalesce((select sum(invoiced_net + invoiced_tax - credited_net - credited_tax) \
                 from revenue_by_day where tenant_id = $1 and currency = $2 \
                 and day >= m and day < m + interval '1 month'), 0)::bigint, \
             coalesce((select sum(collected) \
                 from revenue_by_day where tenant_id = $1 and currency = $2 \
                 and day >= m and day < m + interval '1 month'), 0)::bigint, \
             coalesce((select sum(balance_due) \
                 from invoice_list_counts where tenant_id = $1 and currency = $2 \
                 and status in ('open', 'partially_paid') and due_date < $5 \
                 and due_date >= m and due_date < m + interval '1 month'), 0)::bigint \
         from generate_series($3::date::timestamp, $4::date::timestamp, interval '1 month') m \
         order by m",
    )
    .bind(tenant.uuid())
    .bind(currency.code())
    .bind(first)
    .bind(last)
    .bind(today)
    .fetch_all(read.conn())
    .await?;
    let month = |row: &sqlx::postgres::PgRow| {
        Ok::<_, sqlx::Error>(ChartMonth {
            month: NaiveDate::get(row, 0)?,
            invoiced: row.try_get(1)?,
            collected: row.try_get(2)?,
            past_due: row.try_get(3)?,
        })
    };
    let months = rows.iter().map(month).collect::<Result<_, _>>()?;
    Ok(read.answer(months))
}
