//! `billfold rebuild NAME…|--all`: read models made anew from the log, beside the live ones, then
//! swapped.
//!
//! Guarantees: see `billfold_projections::rebuild`; readers never see half a rebuild. Ctrl-C stops
//! between events; what was built by pages goes on with the next run.

use crate::outcome::{Error, Output, Verdict};
use crate::progress::Progress;
use billfold_projections::projection::Definition;
use billfold_projections::rebuild::{self, Phase, Rebuilt, Watch};
use billfold_projections::registry::{self, PROJECTIONS};
use serde::Serialize;
use sqlx::PgPool;
use std::fmt;

/// Which projections a command is about.
#[derive(Debug, clap::Args)]
pub struct Selection {
    /// Projections by name
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub names: Vec<String>,
    /// Every projection
    #[arg(long)]
    pub all: bool,
}

impl Selection {
    /// Their definitions.
    ///
    /// # Errors
    /// A name that no projection has.
    pub fn definitions(&self) -> Result<Vec<&'static Definition>, Error> {
        if self.all {
            return Ok(PROJECTIONS.iter().collect());
        }
        let find = |name: &String| {
            registry::find(name).map_err(|_| {
                let known: Vec<&str> = PROJECTIONS.iter().map(|d| d.name).collect();
                Error::Usage(format!(
                    "no projection is called {name:?}; there are {}",
                    known.join(", ")
                ))
            })
        };
        self.names.iter().map(find).collect()
    }
}

/// Arguments of `billfold rebuild`.
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    selection: Selection,
    /// Leave out the proofs that read the whole log a second time
    #[arg(long)]
    quick: bool,
}

/// What was rebuilt, as printed.
#[derive(Debug, Serialize)]
struct Report {
    projections: Vec<Line>,
}

/// One projection of a [`Report`].
#[derive(Debug, Serialize)]
struct Line {
    name: &'static str,
    generation: i32,
    retired: Option<i32>,
    position: i64,
    rows: Vec<(String, i64)>,
    proofs: Vec<&'static str>,
}

impl From<Rebuilt> for Line {
    fn from(rebuilt: Rebuilt) -> Self {
        let Rebuilt { name, generation, retired, position, rows, proofs } = rebuilt;
        Self { name, generation, retired, position, rows, proofs }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, line) in self.projections.iter().enumerate() {
            if n > 0 {
                writeln!(f)?;
            }
            let rows: i64 = line.rows.iter().map(|(_, rows)| rows).sum();
            let proofs = line.proofs.len();
            write!(
                f,
                "{}: generation {} answers at position {}, {rows} rows, {proofs} proofs hold",
                line.name, line.generation, line.position
            )?;
        }
        Ok(())
    }
}

/// A watch that shows progress and is stopped by Ctrl-C.
pub(crate) fn watch(output: Output) -> (Watch, Progress) {
    let bar = Progress::new("events", 0, output.quiet);
    let shown = bar.clone();
    let watch = Watch::new(move |progress| {
        if matches!(progress.phase, Phase::Scanning | Phase::CatchingUp) {
            shown.total(u64::try_from(progress.of).unwrap_or(0));
            shown.at(u64::try_from(progress.events).unwrap_or(0));
        }
    });
    let stopped = watch.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stopped.cancel();
        }
    });
    (watch, bar)
}

/// Rebuilds the projections over `owner`, a pool of the role that owns the schema.
///
/// # Errors
/// The log can't be read to its end, a proof does not hold, or another process rebuilds the same.
pub async fn run(owner: &PgPool, options: &Options, output: Output) -> crate::Outcome {
    let definitions = options.selection.definitions()?;
    let how = rebuild::Options { prove_over_log: !options.quick, ..rebuild::Options::default() };
    let (watch, bar) = watch(output);
    let rebuilt = rebuild::rebuild(owner, &definitions, &how, &watch).await;
    bar.finish();
    match rebuilt {
        Ok(rebuilt) => {
            let projections = rebuilt.into_iter().map(Line::from).collect();
            output.result(&Report { projections });
            Ok(Verdict::Clean)
        }
        Err(billfold_projections::Error::Cancelled) => Ok(Verdict::Interrupted),
        Err(error) => Err(Error::Failed(error.to_string())),
    }
}
