//! Which numbers were taken, by which documents, and is any missing? Asked by auditors (EVT-12,
//! INV-09, INV-10).
//!
//! Guarantees: every count of every series is here once, with the document that took it, also a
//! count that only ran on beside another series. Whether a series is complete follows from the
//! rows themselves and not from its counter. Absent on purpose: numbers that other systems gave,
//! which are of no series of ours, and drafts, which have none.

use billfold_domain::credit_note::CreditNoteEvent;
use billfold_domain::invoice::InvoiceEvent;
use billfold_domain::kernel::{ClientId, Currency, DocumentNumber, InvoiceId, Money, TenantId};
use billfold_domain::proforma::ProformaEvent;
use billfold_domain::schema::Event;
use billfold_event_store::OnError;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use crate::error::Error;
use crate::fact::Fact;
use crate::invoice_list::InvoiceList;
use crate::list::{Order, Sorted};
use crate::paging::{Page, Wanted};
use crate::projection::{FoldError, Projection, Proof};
use crate::reader::{Answer, Reads};
use crate::row::row;
use crate::table::Replaced;

row! {
    /// A number of a series, and the document that took it.
    pub struct NumberRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The counter, such as `invoice/INV/2026`.
            series: String,
            /// The count within it, from 1.
            number: i64,
        }
        replaced {
            /// What is printed.
            printed: String,
            /// The year of the issue date.
            year: i32,
            /// `invoice`, `debit_correction`, `credit_note` or `proforma`.
            document: String,
            /// The document; the invoice for a note that takes one back whole.
            document_id: Uuid,
            /// The invoice where the document is read: all but notes of their own and proformas.
            invoice_id: Option<InvoiceId>,
            /// Date of the document.
            issue_date: NaiveDate,
            /// Who was billed or credited.
            client_id: ClientId,
            /// Currency of the total.
            currency: Currency,
            /// With tax, in minor units.
            total: i64,
            /// Whether another store recorded it, so that the numbers before it may be there.
            imported: bool,
            /// When the log heard of it.
            recorded_at: DateTime<Utc>,
        }
    }
    check "number > 0";
    check "document in ('invoice', 'debit_correction', 'credit_note', 'proforma')";
    index "(tenant_id, series, number, document_id)";
}

/// The projection.
#[derive(Debug)]
pub struct NumberRegister;

impl Projection for NumberRegister {
    const NAME: &'static str = "number_register";
    const VERSION: u32 = 1;
    const STREAMS: &'static [&'static str] = &["invoice", "credit_note", "proforma"];
    const ON_ERROR: OnError = OnError::Stop;
    const PROOFS: &'static [Proof] = &[Proof {
        rule: "numbers follow dates within a series",
        violations: "select format('%s %s %s', tenant_id, series, number) from ( \
                 select tenant_id, series, number, issue_date, \
                     max(issue_date) over (partition by tenant_id, series order by number \
                         rows between unbounded preceding and 1 preceding) as before \
                 from {number_register} \
             ) n where issue_date < before",
        reads_log: false,
    }];
    type Rows = Replaced<NumberRow>;

    fn apply(rows: &mut Self::Rows, fact: &Fact<'_>) -> Result<(), FoldError> {
        match fact.event()? {
            Event::Invoice(InvoiceEvent::Issued(issued)) => {
                let corrects = issued.corrects.is_some();
                let document = if corrects { "debit_correction" } else { "invoice" };
                let invoice_id = Some(InvoiceId::new(fact.aggregate_id));
                let of = Of { document, invoice_id, client_id: issued.client_id };
                take(rows, fact, &issued.number, of, (issued.issue_date, issued.total));
            }
            Event::Invoice(InvoiceEvent::Voided(voided)) => {
                let invoice_id = Some(InvoiceId::new(fact.aggregate_id));
                let of = Of { document: "credit_note", invoice_id, client_id: voided.client_id };
                take(rows, fact, &voided.credit_note, of, (voided.credited_on, voided.total));
            }
            Event::CreditNote(CreditNoteEvent::Issued(note)) => {
                let client_id = note.client_id;
                let of = Of { document: "credit_note", invoice_id: None, client_id };
                take(rows, fact, &note.number, of, (note.issue_date, note.total));
            }
            Event::Proforma(ProformaEvent::Issued(issued)) => {
                let client_id = issued.client_id;
                let of = Of { document: "proforma", invoice_id: None, client_id };
                take(rows, fact, &issued.number, of, (issued.issue_date, issued.total));
            }
            _ => {}
        }
        Ok(())
    }
}

/// What took a number.
struct Of {
    document: &'static str,
    invoice_id: Option<InvoiceId>,
    client_id: ClientId,
}

fn take(
    rows: &mut Replaced<NumberRow>,
    fact: &Fact<'_>,
    number: &DocumentNumber,
    of: Of,
    (issue_date, total): (NaiveDate, Money),
) {
    for (series, count) in number.counts() {
        let Ok(count) = i64::try_from(count) else { continue };
        rows.put(NumberRow {
            tenant_id: fact.tenant(),
            series: series.to_owned(),
            number: count,
            printed: number.text.clone(),
            year: number.year,
            document: of.document.to_owned(),
            document_id: fact.aggregate_id,
            invoice_id: of.invoice_id,
            issue_date,
            client_id: of.client_id,
            currency: total.currency(),
            total: total.minor(),
            imported: fact.actor.starts_with("import:"),
            recorded_at: fact.recorded_at,
            last_position: fact.position,
        });
    }
}

/// A series with what is known of all its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The counter, such as `invoice/INV/2026`.
    pub series: String,
    /// How many numbers were taken.
    pub count: i64,
    /// The lowest.
    pub first: i64,
    /// The highest.
    pub last: i64,
    /// Date of the first document.
    pub first_date: NaiveDate,
    /// Date of the last document.
    pub last_date: NaiveDate,
}

impl Series {
    /// Whether every number from 1 to the last was taken.
    pub fn is_complete(&self) -> bool {
        self.first == 1 && self.count == self.last
    }

    /// Whether it is complete, in words.
    pub fn summary(&self) -> String {
        let Self { count, last, .. } = self;
        if self.is_complete() {
            return format!("complete from 1 to {last}");
        }
        format!("{} of the numbers from 1 to {last} are missing", last - count)
    }
}

/// Numbers that no document took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The first of them.
    pub from: i64,
    /// The last of them.
    pub to: i64,
    /// Whether the number after them came with an import, which explains them: they were given
    /// before, by another store.
    pub imported: bool,
}

impl Gap {
    /// Why they are missing, in words.
    pub fn explanation(self) -> String {
        if self.imported {
            let next = self.to + 1;
            return format!("given before by the store whose history was imported from {next} on");
        }
        "no document took them and nothing explains it; verify the log".to_owned()
    }
}

/// A page of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// What holds for the series as a whole.
    pub series: Series,
    /// The first gaps, at most [`MOST_GAPS`].
    pub gaps: Vec<Gap>,
    /// The numbers, in their order.
    pub page: Page<NumberRow>,
    /// The credit note that took an invoice of the page back whole, by invoice.
    pub voided: Vec<(InvoiceId, String)>,
}

/// How many gaps an answer names.
pub const MOST_GAPS: i64 = 100;

/// Every series of a seller, by name.
///
/// # Errors
/// The database is away, or the register is not built.
pub async fn series(reads: &Reads, tenant: TenantId) -> Result<Answer<Vec<Series>>, Error> {
    let mut read = reads.open(tenant, &[NumberRegister::NAME]).await?;
    let found = summed(read.conn(), tenant, None).await?;
    Ok(read.answer(found))
}

/// A series, number by number; nothing if no document took a number of it. With a year, the
/// series of that year where the name without it is given, or else that year's part of one that
/// counts on; what is said of the whole is then said of the whole series.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    (series, year): (&str, Option<i32>),
    wanted: &Wanted,
) -> Result<Answer<Option<Register>>, Error> {
    let mut read = reads.open(tenant, &[NumberRegister::NAME, InvoiceList::NAME]).await?;
    let of_year = year.map(|year| format!("{series}/{year}"));
    let mut found = None;
    for name in of_year.as_deref().into_iter().chain([series]) {
        found = summed(read.conn(), tenant, Some(name)).await?.into_iter().next();
        if found.is_some() {
            break;
        }
    }
    let Some(series) = found else { return Ok(read.answer(None)) };
    let order = Order::Ascending;
    let sorted = Sorted { by: "number", sql_type: "bigint", id: "document_id", order };
    let mut query = sorted.select::<NumberRow>(NumberRegister::NAME, tenant);
    query.push(" and series = ").push_bind(series.series.clone());
    if let Some(year) = year {
        query.push(" and year = ").push_bind(year);
    }
    let page = sorted.page(query, wanted, read.conn()).await?;
    let gaps = match series.is_complete() {
        true => Vec::new(),
        false => gaps(read.conn(), tenant, &series.series).await?,
    };
    let voided = voided(read.conn(), tenant, &page.rows).await?;
    Ok(read.answer(Some(Register { series, gaps, page, voided })))
}

async fn summed(
    conn: &mut PgConnection,
    tenant: TenantId,
    series: Option<&str>,
) -> Result<Vec<Series>, Error> {
    let rows = sqlx::query(
        "select series, count(*), min(number), max(number), min(issue_date), max(issue_date) \
         from number_register where tenant_id = $1 and ($2::text is null or series = $2) \
         group by series order by series",
    )
    .bind(tenant.uuid())
    .bind(series)
    .fetch_all(conn)
    .await?;
    let series = |row: &sqlx::postgres::PgRow| {
        Ok::<_, sqlx::Error>(Series {
            series: row.try_get(0)?,
            count: row.try_get(1)?,
            first: row.try_get(2)?,
            last: row.try_get(3)?,
            first_date: row.try_get(4)?,
            last_date: row.try_get(5)?,
        })
    };
    Ok(rows.iter().map(series).collect::<Result<_, _>>()?)
}

async fn gaps(conn: &mut PgConnection, tenant: TenantId, series: &str) -> Result<Vec<Gap>, Error> {
    let rows = sqlx::query(
        "select before + 1, number - 1, imported from ( \
             select number, imported, lag(number, 1, 0::bigint) over (order by number) as before \
             from number_register where tenant_id = $1 and series = $2 \
         ) n where number > before + 1 order by 1 limit $3",
    )
    .bind(tenant.uuid())
    .bind(series)
    .bind(MOST_GAPS)
    .fetch_all(conn)
    .await?;
    let gap = |row: &sqlx::postgres::PgRow| {
        Ok::<_, sqlx::Error>(Gap {
            from: row.try_get(0)?,
            to: row.try_get(1)?,
            imported: row.try_get(2)?,
        })
    };
    Ok(rows.iter().map(gap).collect::<Result<_, _>>()?)
}

/// Which invoices of a page were taken back whole, and by which note.
async fn voided(
    conn: &mut PgConnection,
    tenant: TenantId,
    rows: &[NumberRow],
) -> Result<Vec<(InvoiceId, String)>, Error> {
    let ours = rows.iter().filter(|row| row.invoice_id.is_some() && row.document != "credit_note");
    let ids: Vec<Uuid> = ours.map(|row| row.document_id).collect();
    let found = sqlx::query(
        "select invoice_id, coalesce(credit_note, '') from invoice_list \
         where tenant_id = $1 and invoice_id = any($2) and lifecycle = 'voided'",
    )
    .bind(tenant.uuid())
    .bind(ids)
    .fetch_all(conn)
    .await?;
    let one = |row: &sqlx::postgres::PgRow| {
        Ok::<_, sqlx::Error>((InvoiceId::new(row.try_get(0)?), row.try_get(1)?))
    };
    Ok(found.iter().map(one).collect::<Result<_, _>>()?)
}
