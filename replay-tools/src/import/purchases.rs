//! `billfold import purchases FILE`: a purchase log becomes clients, orders, issued invoices and
//! payments.
//!
//! Guarantees: every line is checked before the first is written; bad lines are reported with line,
//! field and reason, and the good ones are imported; a second run adds nothing; Ctrl-C ends between
//! batches and the same command goes on. At the end the report is proved against the log itself:
//! rows, sum per customer and per month to the cent, books balanced, chain whole.

use crate::outcome::{Error, Output, Verdict};
use crate::progress::Progress;
use crate::{Tools, verify};
use billfold_app::commands::{Ask, Door};
use billfold_app::imports::purchases::{
    self, Control, LedgerPurchase, LineRefusal, Outcome, Parsed, Row, Sums,
};
use billfold_domain::invoice::{Invoice, InvoiceEvent};
use billfold_domain::kernel::{Actor, Aggregate, TenantId};
use billfold_domain::schema::{self, Event};
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use serde::Serialize;
use sqlx::{PgPool, Row as _};
use std::fmt;
use std::path::{Path, PathBuf};

/// Refusals and differences shown as text; JSON has them all.
const SHOWN: usize = 20;

/// Arguments of `billfold import purchases`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The purchase log: customer, date (YYYYMMDD), number of CDs, amount in US dollars
    pub file: PathBuf,
    /// The seller to import for; without it the seller of this data set is opened
    #[arg(long)]
    pub tenant: Option<TenantId>,
    /// Leave out the proof that the chain is whole (the sums are always proved)
    #[arg(long)]
    pub quick: bool,
}

/// What was imported, and the proof.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The seller.
    pub tenant: TenantId,
    /// Well-formed lines in the file.
    pub rows: u64,
    /// Customers among them.
    pub customers: usize,
    /// Their sum, decimal.
    pub total: String,
    /// Purchases that are new in the books.
    pub created: u64,
    /// Purchases that were there before.
    pub present: u64,
    /// Events appended.
    pub events: u64,
    /// Lines that were not imported.
    pub refused: Vec<Refusal>,
    /// Places where file and ledger differ; empty when they agree to the cent.
    pub differences: Vec<String>,
    /// Customers and months that were compared.
    pub compared: usize,
    /// Whether the run was stopped before its end.
    pub interrupted: bool,
    /// Whether chain and books were verified, and what the verdict is.
    pub sound: Option<bool>,
}

/// A line that was not imported.
#[derive(Debug, Serialize)]
pub struct Refusal {
    /// Its number, from 1.
    pub line: u64,
    /// The field that is wrong.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl From<LineRefusal> for Refusal {
    fn from(refusal: LineRefusal) -> Self {
        Self { line: refusal.line, field: refusal.field.to_owned(), reason: refusal.reason }
    }
}

impl Report {
    fn verdict(&self) -> Verdict {
        let unsound = self.sound == Some(false);
        if self.interrupted {
            Verdict::Interrupted
        } else if unsound || !self.refused.is_empty() || !self.differences.is_empty() {
            Verdict::Differences
        } else {
            Verdict::Clean
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} purchases of {} customers, {} USD: {} new, {} known, {} lines refused; {} events",
            self.rows,
            self.customers,
            self.total,
            self.created,
            self.present,
            self.refused.len(),
            self.events
        )?;
        for refusal in self.refused.iter().take(SHOWN) {
            writeln!(f, "  line {}: {}: {}", refusal.line, refusal.field, refusal.reason)?;
        }
        for difference in self.differences.iter().take(SHOWN) {
            writeln!(f, "  DIFFERS: {difference}")?;
        }
        if self.interrupted {
            return write!(f, "interrupted; run the same command again to go on");
        }
        let sums = if self.differences.is_empty() { "equal" } else { "DIFFERENT" };
        let sound = match self.sound {
            None => "not verified",
            Some(true) => "whole, books balanced",
            Some(false) => "NOT sound, run `billfold verify`",
        };
        let compared = self.compared;
        write!(f, "file and ledger: {compared} sums {sums} to the cent; chain: {sound}")
    }
}

/// Imports a purchase log and proves the result.
///
/// # Errors
/// The file holds no purchases, the seller does not exist, or the ledger does not answer.
pub async fn run(tools: &Tools, options: &Options, output: Output) -> crate::Outcome {
    let report = import(tools, options, output).await?;
    output.result(&report);
    Ok(report.verdict())
}

/// Imports, and returns the report.
///
/// # Errors
/// As [`run`].
pub async fn import(tools: &Tools, options: &Options, output: Output) -> Result<Report, Error> {
    let door = tools.door()?;
    let parsed = read(&options.file, door.clock().now())?;
    let tenant = seller(door, options.tenant).await?;
    let outcome = bring_in(door, tenant, parsed.rows.clone(), output).await?;
    let file = Sums::of_file(&parsed.rows, tenant);
    let differences = if outcome.interrupted {
        Vec::new()
    } else {
        prove(&tools.feed, tenant, &parsed.rows, &file).await?
    };
    let sound = if options.quick || outcome.interrupted {
        None
    } else {
        let trust = tools.trust.clone();
        Some(verify::check_database(&tools.feed, trust, output).await?.is_sound())
    };
    Ok(report(tenant, parsed, &file, outcome, differences, sound))
}

fn read(file: &Path, now: DateTime<Utc>) -> Result<Parsed, Error> {
    let bytes = std::fs::read(file)
        .map_err(|e| Error::file(format!("could not read {}", file.display()), e))?;
    purchases::parse(&bytes, now.date_naive())
        .map_err(|refusal| Error::Input(format!("{}: {refusal}", file.display())))
}

/// The seller to import for, opened if it is the built-in one.
async fn seller(door: &Door, wanted: Option<TenantId>) -> Result<TenantId, Error> {
    if let Some(tenant) = wanted {
        door.settings(tenant).await.map_err(|e| Error::Usage(format!("tenant {tenant}: {e}")))?;
        return Ok(tenant);
    }
    let (tenant, open) = purchases::seller().map_err(|e| Error::Failed(e.to_string()))?;
    let actor = Actor::import(purchases::SOURCE).map_err(|e| Error::Failed(e.to_string()))?;
    door.execute(Ask::new(tenant, actor, "import:seller", open))
        .await
        .map_err(|e| Error::Failed(format!("the seller could not be opened: {e}")))?;
    Ok(tenant)
}

/// Runs the import with a bar, stopped by Ctrl-C.
async fn bring_in(
    door: &Door,
    tenant: TenantId,
    rows: Vec<Row>,
    output: Output,
) -> Result<Outcome, Error> {
    let control = Control::new();
    let stop = control.clone();
    let listening = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.stop();
        }
    });
    let total = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let bar = Progress::new("purchases", total, output.quiet);
    let outcome = purchases::run(door, tenant, rows, &control, |at| bar.at(at.rows)).await;
    bar.finish();
    listening.abort();
    outcome.map_err(|e| Error::Failed(format!("{e}; run the same command again to go on")))
}

/// Compares the file's sums with what the invoices in the log say.
async fn prove(
    feed: &PgPool,
    tenant: TenantId,
    rows: &[Row],
    file: &Sums,
) -> Result<Vec<String>, Error> {
    let ledger = Sums::of_ledger(rows, invoiced(feed, tenant).await?);
    let found = file.differences(&ledger).into_iter().map(|difference| {
        format!(
            "{}: the file says {}, the ledger {} (cents)",
            difference.what, difference.file, difference.ledger
        )
    });
    Ok(found.collect())
}

/// Every imported purchase of a seller, read from the log.
async fn invoiced(feed: &PgPool, tenant: TenantId) -> Result<Vec<LedgerPurchase>, Error> {
    let mut found = Vec::new();
    let mut rows = sqlx::query(
        "select position, event_type, event_version, payload from events
         where tenant_id = $1 and aggregate_type = $2 and event_type = 'invoice.issued'",
    )
    .bind(tenant.uuid())
    .bind(Invoice::TYPE)
    .fetch(feed);
    while let Some(row) = rows.try_next().await? {
        let position: i64 = row.try_get(0)?;
        // json travels as its own text
        let payload: &str = row.try_get_unchecked(3)?;
        let (kind, version): (&str, &str) = (row.try_get(1)?, row.try_get(2)?);
        let event = schema::decode(Invoice::TYPE, kind, version, payload.as_bytes())
            .map_err(|e| Error::Input(format!("event {position}: {e}")))?;
        if let Event::Invoice(InvoiceEvent::Issued(issued)) = event
            && let Some(origin) = issued.origin.filter(|o| o.source == purchases::SOURCE)
        {
            found.push(LedgerPurchase {
                identity: origin.id,
                client_id: issued.client_id,
                issue_date: issued.issue_date,
                minor: issued.total.minor(),
            });
        }
    }
    Ok(found)
}

fn report(
    tenant: TenantId,
    parsed: Parsed,
    file: &Sums,
    outcome: Outcome,
    differences: Vec<String>,
    sound: Option<bool>,
) -> Report {
    let by_rules = outcome.refused.into_iter().map(|row| Refusal {
        line: row.line,
        field: row.refused.field().map_or_else(|| "row".to_owned(), |field| field.to_string()),
        reason: row.refused.detail,
    });
    Report {
        tenant,
        rows: file.rows,
        customers: file.clients(),
        total: format!("{}.{:02}", file.total / 100, file.total % 100),
        created: outcome.created,
        present: outcome.present,
        events: outcome.events,
        refused: parsed.refused.into_iter().map(Refusal::from).chain(by_rules).collect(),
        differences,
        compared: file.clients() + file.by_month.len() + 2,
        interrupted: outcome.interrupted,
        sound,
    }
}
