//! `billfold diff NAME…|--all`: proves that live read models equal a fold from zero, table by
//! table.

use crate::outcome::{Error, Output, Verdict};
use crate::rebuild::{Selection, watch};
use billfold_projections::diff::{self, Diff};
use billfold_projections::rebuild;
use serde::Serialize;
use sqlx::PgPool;
use std::fmt;

/// Arguments of `billfold diff`.
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    selection: Selection,
}

/// What was compared, as printed.
#[derive(Debug, Serialize)]
struct Report {
    equal: bool,
    tables: Vec<Line>,
}

/// One table of a [`Report`].
#[derive(Debug, Serialize)]
struct Line {
    projection: &'static str,
    table: String,
    position: i64,
    rows: i64,
    missing: i64,
    extra: i64,
    changed: i64,
    /// Live row and rebuilt row, as JSON, of the first rows that differ.
    samples: Vec<(Option<String>, Option<String>)>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.tables {
            let bad = line.missing + line.extra + line.changed;
            let word = if bad == 0 { "equal" } else { "DIFFERS" };
            writeln!(
                f,
                "{word:<8} {:<32} {:>10} rows, {} missing, {} extra, {} changed",
                line.table, line.rows, line.missing, line.extra, line.changed
            )?;
            for (live, rebuilt) in &line.samples {
                writeln!(f, "  live    {}", live.as_deref().unwrap_or("-"))?;
                writeln!(f, "  rebuilt {}", rebuilt.as_deref().unwrap_or("-"))?;
            }
        }
        let end = if self.equal { "live equals rebuilt" } else { "live and rebuilt DIFFER" };
        write!(f, "{end}")
    }
}

/// Compares the projections over `owner`, a pool of the role that owns the schema.
///
/// # Errors
/// The log can't be read to its end, or a projection was never built.
pub async fn run(owner: &PgPool, options: &Options, output: Output) -> crate::Outcome {
    let definitions = options.selection.definitions()?;
    let (watch, bar) = watch(output);
    let how = rebuild::Options::default();
    let mut report = Report { equal: true, tables: Vec::new() };
    for definition in definitions {
        match diff::diff(owner, definition, &how, &watch).await {
            Ok(found) => add(&mut report, found),
            Err(billfold_projections::Error::Cancelled) => {
                bar.finish();
                return Ok(Verdict::Interrupted);
            }
            Err(error) => return Err(Error::Failed(error.to_string())),
        }
    }
    bar.finish();
    let verdict = if report.equal { Verdict::Clean } else { Verdict::Differences };
    output.result(&report);
    Ok(verdict)
}

fn add(report: &mut Report, found: Diff) {
    report.equal &= found.is_empty();
    let (projection, position) = (found.name, found.position);
    report.tables.extend(found.tables.into_iter().map(|table| Line {
        projection,
        table: table.table,
        position,
        rows: table.rows,
        missing: table.missing,
        extra: table.extra,
        changed: table.changed,
        samples: table.samples.into_iter().map(|s| (s.live, s.rebuilt)).collect(),
    }));
}
