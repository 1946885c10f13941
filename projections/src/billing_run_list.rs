//! Which billing runs were there, how far did each come, what did it issue, and who was set aside?
//!
//! Guarantees: what a run issued is counted from its documents, which name the run as what caused
//! them, so that the figures are right while it runs and after a process died. Absent on purpose:
//! the documents, which the event explorer finds by the run.

use billfold_domain::billing_run::{BillingRunEvent, HaltReason};
use billfold_domain::credit_note::CreditNoteEvent;
use billfold_domain::invoice::InvoiceEvent;
use billfold_domain::kernel::{BillingRunId, ClientId, Currency, Money, TenantId};
use billfold_domain::schema::Event;
use billfold_event_store::OnError;
use chrono::{DateTime, NaiveDate, Utc};

use crate::error::Error;
use crate::fact::Fact;
use crate::list::{Order, Sorted, select};
use crate::paging::{Page, Wanted};
use crate::projection::{FoldError, Projection};
use crate::reader::{Answer, Reads};
use crate::row::cell::words;
use crate::row::{Json, Row, row};
use crate::table::{Replaced, Summed, Table, Tables};

/// Who issues the documents of a run.
const ACTOR: &str = "system:billing_run";

row! {
    /// One run.
    pub struct BillingRunRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The run.
            billing_run_id: BillingRunId,
        }
        replaced {
            /// The last day of what is due.
            through: NaiveDate,
            /// How it stands.
            status: RunStatus,
            /// A larger document is quarantined.
            largest: Json<Vec<Money>>,
            /// More quarantined accounts halt it.
            most_quarantined: i64,
            /// Accounts of which nothing was due after all.
            skipped: i64,
            /// Accounts that a rule refused.
            quarantined: i64,
            /// Who started it.
            started_by: String,
            /// When it was started.
            started_at: DateTime<Utc>,
            /// When it came to its end or was halted.
            ended_at: Option<DateTime<Utc>>,
        }
    }
    index "(tenant_id, started_at, billing_run_id)";
    index "(tenant_id, billing_run_id) where status = 'running'";
}

row! {
    /// An account that could not be billed.
    pub struct QuarantineRow in "quarantine" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The run.
            billing_run_id: BillingRunId,
            /// In which currency.
            currency: Currency,
            /// Whose.
            client_id: ClientId,
        }
        replaced {
            /// The rule that refused.
            code: String,
            /// In words.
            detail: String,
        }
    }
}

row! {
    /// What the documents of a run come to.
    pub struct DocumentsRow in "documents" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The run.
            billing_run_id: BillingRunId,
            /// Currency of the sums, which are minor units.
            currency: Currency,
        }
        summed {
            /// Number of invoices.
            invoices: i64,
            /// Their totals, with tax.
            invoiced: i64,
            /// Number of credit notes.
            credit_notes: i64,
            /// Their totals, with tax; positive.
            credited: i64,
        }
    }
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStatus {
    /// It was started, and did not say yet how it went.
    Running,
    /// It stopped: too many accounts were quarantined.
    TooManyQuarantined,
    /// It stopped because it was told to.
    Stopped,
    /// Everything that was due is answered.
    Finished,
}

words! {
    RunStatus = "status of a billing run" {
        Running => "running",
        TooManyQuarantined => "too_many_quarantined",
        Stopped => "stopped",
        Finished => "finished",
    }
}

/// The projection.
#[derive(Debug)]
pub struct BillingRunList;

/// Its tables.
#[derive(Debug, Default)]
pub struct BillingRunTables {
    runs: Replaced<BillingRunRow>,
    quarantine: Replaced<QuarantineRow>,
    documents: Summed<DocumentsRow>,
}

impl Tables for BillingRunTables {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![&mut self.runs, &mut self.quarantine, &mut self.documents]
    }
}

impl Projection for BillingRunList {
    const NAME: &'static str = "billing_run_list";
    const VERSION: u32 = 1;
    const STREAMS: &'static [&'static str] = &["billing_run", "invoice", "credit_note"];
    const ON_ERROR: OnError = OnError::Stop;
    type Rows = BillingRunTables;

    fn apply(rows: &mut Self::Rows, fact: &Fact<'_>) -> Result<(), FoldError> {
        match fact.aggregate_type {
            "billing_run" => run(rows, fact),
            _ if fact.actor == ACTOR && fact.event_type.ends_with(".issued") => {
                document(rows, fact)
            }
            _ => Ok(()),
        }
    }
}

fn run(rows: &mut BillingRunTables, fact: &Fact<'_>) -> Result<(), FoldError> {
    let Event::BillingRun(event) = fact.event()? else { return Ok(()) };
    let (tenant_id, billing_run_id) = (fact.tenant(), BillingRunId::new(fact.aggregate_id));
    if let BillingRunEvent::Started { through, largest, most_quarantined } = event {
        rows.runs.put(BillingRunRow {
            tenant_id,
            billing_run_id,
            through: *through,
            status: RunStatus::Running,
            largest: Json(largest.clone()),
            most_quarantined: i64::from(*most_quarantined),
            skipped: 0,
            quarantined: 0,
            started_by: fact.actor.to_owned(),
            started_at: fact.recorded_at,
            ended_at: None,
            last_position: fact.position,
        });
        return Ok(());
    }
    if let BillingRunEvent::AccountQuarantined { client_id, currency, code, detail } = event {
        rows.quarantine.put(QuarantineRow {
            tenant_id,
            billing_run_id,
            currency: *currency,
            client_id: *client_id,
            code: code.clone(),
            detail: detail.clone(),
            last_position: fact.position,
        });
    }
    rows.runs.change((tenant_id, billing_run_id), fact.position, |row| {
        row.take(event, fact.recorded_at);
        Ok(())
    })
}

fn document(rows: &mut BillingRunTables, fact: &Fact<'_>) -> Result<(), FoldError> {
    let (total, is_invoice) = match fact.event()? {
        Event::Invoice(InvoiceEvent::Issued(issued)) => (issued.total, true),
        Event::CreditNote(CreditNoteEvent::Issued(note)) => (note.total, false),
        _ => return Ok(()),
    };
    let minor = |wanted: bool| if wanted { total.minor() } else { 0 };
    rows.documents.add(DocumentsRow {
        tenant_id: fact.tenant(),
        billing_run_id: BillingRunId::new(fact.correlation_id),
        currency: total.currency(),
        invoices: i64::from(is_invoice),
        invoiced: minor(is_invoice),
        credit_notes: i64::from(!is_invoice),
        credited: minor(!is_invoice),
        last_position: fact.position,
    })
}

impl BillingRunRow {
    fn take(&mut self, event: &BillingRunEvent, at: DateTime<Utc>) {
        let skipped = |more: u64| i64::try_from(more).unwrap_or(i64::MAX);
        match event {
            BillingRunEvent::Started { .. } => {}
            BillingRunEvent::AccountQuarantined { .. } => self.quarantined += 1,
            BillingRunEvent::Finished { tally } => {
                self.skipped = self.skipped.saturating_add(skipped(tally.skipped));
                self.status = RunStatus::Finished;
                self.ended_at = Some(at);
            }
            BillingRunEvent::Halted { reason, tally } => {
                self.skipped = self.skipped.saturating_add(skipped(tally.skipped));
                self.status = match reason {
                    HaltReason::TooManyQuarantined => RunStatus::TooManyQuarantined,
                    HaltReason::Stopped => RunStatus::Stopped,
                };
                self.ended_at = Some(at);
            }
            BillingRunEvent::Resumed {} => {
                self.status = RunStatus::Running;
                self.ended_at = None;
            }
        }
    }
}

/// A run with what its documents come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunWithDocuments {
    /// The run.
    pub run: BillingRunRow,
    /// Sums by currency.
    pub documents: Vec<DocumentsRow>,
}

impl RunWithDocuments {
    /// Accounts that got a document.
    pub fn issued(&self) -> i64 {
        self.documents.iter().map(|sums| sums.invoices + sums.credit_notes).sum()
    }

    /// Accounts answered so far: issued, skipped and quarantined.
    pub fn planned(&self) -> i64 {
        self.issued() + self.run.skipped + self.run.quarantined
    }
}

/// Runs, latest first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    wanted: &Wanted,
) -> Result<Answer<Page<RunWithDocuments>>, Error> {
    let order = Order::Descending;
    let sorted = Sorted { by: "started_at", sql_type: "timestamptz", id: "billing_run_id", order };
    let query = sorted.select::<BillingRunRow>(BillingRunList::NAME, tenant);
    let mut read = reads.open(tenant, &[BillingRunList::NAME]).await?;
    let page = sorted.page(query, wanted, read.conn()).await?;
    let ids: Vec<_> = page.rows.iter().map(|row: &BillingRunRow| row.billing_run_id).collect();
    let documents = documents(read.conn(), tenant, &ids).await?;
    let rows = page.rows.into_iter().map(|run| with_documents(run, &documents)).collect();
    Ok(read.answer(Page { rows, next: page.next, total: page.total }))
}

/// One run.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn find(
    reads: &Reads,
    tenant: TenantId,
    run: BillingRunId,
) -> Result<Answer<Option<RunWithDocuments>>, Error> {
    let mut query = select::<BillingRunRow>(BillingRunList::NAME, tenant);
    query.push(" and billing_run_id = ").push_bind(run.uuid());
    let mut read = reads.open(tenant, &[BillingRunList::NAME]).await?;
    let row = query.build().fetch_optional(read.conn()).await?;
    let row = row.map(|row| BillingRunRow::get(&row, 0)).transpose()?;
    let documents = documents(read.conn(), tenant, &[run]).await?;
    Ok(read.answer(row.map(|run| with_documents(run, &documents))))
}

/// The runs that were started and did not say yet how they went, at most a hundred.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn running(reads: &Reads, tenant: TenantId) -> Result<Vec<BillingRunId>, Error> {
    let mut read = reads.open(tenant, &[BillingRunList::NAME]).await?;
    let ids: Vec<uuid::Uuid> = sqlx::query_scalar(
        "select billing_run_id from billing_run_list \
         where tenant_id = $1 and status = 'running' order by billing_run_id limit 100",
    )
    .bind(tenant.uuid())
    .fetch_all(read.conn())
    .await?;
    Ok(ids.into_iter().map(BillingRunId::new).collect())
}

/// The accounts that a run set aside, by currency and client.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn quarantine(
    reads: &Reads,
    tenant: TenantId,
    run: BillingRunId,
    wanted: &Wanted,
) -> Result<Answer<Page<QuarantineRow>>, Error> {
    let order = Order::Ascending;
    let sorted = Sorted { by: "currency", sql_type: "char(3)", id: "client_id", order };
    let mut query = sorted.select::<QuarantineRow>("billing_run_list_quarantine", tenant);
    query.push(" and billing_run_id = ").push_bind(run.uuid());
    sorted.read(reads, tenant, BillingRunList::NAME, query, wanted).await
}

fn with_documents(run: BillingRunRow, all: &[DocumentsRow]) -> RunWithDocuments {
    let own = all.iter().filter(|sums| sums.billing_run_id == run.billing_run_id);
    RunWithDocuments { documents: own.cloned().collect(), run }
}

async fn documents(
    conn: &mut sqlx::PgConnection,
    tenant: TenantId,
    runs: &[BillingRunId],
) -> Result<Vec<DocumentsRow>, Error> {
    let mut query = select::<DocumentsRow>("billing_run_list_documents", tenant);
    let ids: Vec<_> = runs.iter().map(|run| run.uuid()).collect();
    query.push(" and billing_run_id = any(").push_bind(ids).push(") order by currency");
    let rows = query.build().fetch_all(conn).await?;
    Ok(rows.iter().map(|row| DocumentsRow::get(row, 0)).collect::<Result<_, sqlx::Error>>()?)
}
