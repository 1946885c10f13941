//! `billfold verify`: derives the log and the books again and names the first bad place.
//!
//! Guarantees: reads one consistent state; every row of events, batches, receipts, anchors and
//! streams is checked, numbers, claims and postings are derived again from the events. With
//! `--export DIR` the same checks run on an export, without a database. Absent on purpose: repair.

use crate::export::{ExportSource, Reader};
use crate::outcome::{Error, Output, Verdict};
use crate::progress::Progress;
use crate::rederive;
use billfold_event_store::anchor::{Anchor, PublicKeys};
use billfold_event_store::chain::{
    self, DatabaseSource, Finding, Rederive, Report, Source, VerifyOptions,
};
use billfold_event_store::feed::ReadError;
use serde::Serialize;
use sqlx::PgPool;
use std::fmt;
use std::path::PathBuf;

/// Findings that are shown as text; JSON has them all.
const SHOWN: usize = 20;

/// Arguments of `billfold verify`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Verify this export instead of the database
    #[arg(long, value_name = "DIR")]
    pub export: Option<PathBuf>,
}

/// Whose anchors are believed, and which were kept outside the database.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Public keys.
    pub keys: PublicKeys,
    /// Anchors from the file sink.
    pub outside: Vec<Anchor>,
}

/// What the verification found, as printed.
#[derive(Debug, Serialize)]
struct Result<'a> {
    sound: bool,
    first: Option<&'a Finding>,
    #[serde(flatten)]
    report: &'a Report,
}

impl fmt::Display for Result<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for count in self.report.checks.iter().filter(|c| c.checked > 0 || c.failed > 0) {
            let word = if count.failed == 0 { "ok" } else { "BAD" };
            let (title, checked) = (count.check.title(), count.checked);
            writeln!(f, "{word:<4} {title:<24} {checked:>12} checked, {} bad", count.failed)?;
        }
        for skipped in &self.report.skipped {
            writeln!(f, "skipped: {skipped}")?;
        }
        for finding in self.report.findings.iter().take(SHOWN) {
            writeln!(f, "  {}", place(finding))?;
        }
        match self.first {
            None => write!(f, "the log is sound up to position {}", self.report.position),
            Some(first) => write!(f, "the log is NOT sound; the first bad place: {}", place(first)),
        }
    }
}

fn place(finding: &Finding) -> String {
    let position = finding.position.map_or(String::new(), |p| format!("position {p}, "));
    let batch = finding.batch.map_or(String::new(), |b| format!("batch {b}, "));
    format!("{position}{batch}{}: {}", finding.check.title(), finding.what)
}

/// Verifies the log of `pool` (role billfold_feed).
///
/// # Errors
/// The log can't be read to its end. What is wrong with it is the verdict, not an error.
pub async fn database(pool: &PgPool, trust: Trust, output: Output) -> crate::Outcome {
    let report = check_database(pool, trust, output).await?;
    Ok(publish(&report, output))
}

/// The report on the log of `pool`.
///
/// # Errors
/// As [`database`].
pub async fn check_database(
    pool: &PgPool,
    trust: Trust,
    output: Output,
) -> std::result::Result<Report, Error> {
    let bar = Progress::new("events verified", 0, output.quiet);
    let shown = bar.clone();
    let report = watch_database(pool, trust, move |progress| show(&shown, progress)).await;
    bar.finish();
    report
}

/// The report on the log of `pool`; `progress` is told how far it is.
///
/// # Errors
/// As [`database`].
pub async fn watch_database(
    pool: &PgPool,
    trust: Trust,
    progress: impl FnMut(chain::Progress) + Send + 'static,
) -> std::result::Result<Report, Error> {
    let mut source = DatabaseSource::open(pool, 1).await.map_err(unreadable)?;
    // over the source's connection: both must see one state of a log that goes on growing
    let stored = rederive::Stored::read(source.connection()).await?;
    let derived: Vec<Box<dyn Rederive>> = vec![Box::new(rederive::Check::against(stored))];
    let report = check(&mut source, trust, derived, progress).await?;
    source.close().await.map_err(unreadable)?;
    Ok(report)
}

/// Verifies an export, without a database.
///
/// # Errors
/// The export can't be read, or is not what its manifest says.
pub async fn export(dir: &std::path::Path, trust: Trust, output: Output) -> crate::Outcome {
    let mut source = ExportSource::new(Reader::open(dir)?);
    let derived: Vec<Box<dyn Rederive>> = vec![Box::new(rederive::Check::alone())];
    let bar = Progress::new("events verified", 0, output.quiet);
    let shown = bar.clone();
    let progress = move |progress| show(&shown, progress);
    let report = check(&mut source, trust, derived, progress).await;
    bar.finish();
    Ok(publish(&report?, output))
}

async fn check(
    source: &mut dyn Source,
    trust: Trust,
    derived: Vec<Box<dyn Rederive>>,
    progress: impl FnMut(chain::Progress) + Send + 'static,
) -> std::result::Result<Report, Error> {
    let options = VerifyOptions { keys: trust.keys, outside: trust.outside, derived };
    chain::verify(source, options, progress).await.map_err(unreadable)
}

fn show(bar: &Progress, progress: chain::Progress) {
    bar.total(u64::try_from(progress.of).unwrap_or(0));
    bar.at(u64::try_from(progress.position).unwrap_or(0));
}

fn publish(report: &Report, output: Output) -> Verdict {
    let sound = report.is_sound();
    output.result(&Result { sound, first: report.first(), report });
    if sound { Verdict::Clean } else { Verdict::Differences }
}

fn unreadable(error: ReadError) -> Error {
    Error::Failed(format!("the log can't be read to its end: {error}"))
}
