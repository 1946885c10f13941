//! Replay tools: prove, rebuild, compare, show, export and import the log.
//!
//! A library and the subcommands of the program; each file is one command. They read unless their
//! name says otherwise, show progress on standard error, print one result on standard output (text,
//! or JSON with `--json`), and end with an exit code that says what was found. Absent on purpose:
//! anything that reaches the outside world; a replay can't send.

pub mod diff;
pub mod export;
pub mod import;
pub mod outcome;
pub mod progress;
pub mod rebuild;
mod rederive;
pub mod show;
pub mod verify;

use billfold_app::commands::Door;
use outcome::{Error, Output, Verdict};
use sqlx::PgPool;

/// How a command ends.
pub type Outcome = Result<Verdict, Error>;

/// The replay tools as subcommands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Derive the log and the books again and name the first bad place
    Verify(verify::Options),
    /// Make read models anew from the log, beside the live ones, and swap
    Rebuild(rebuild::Options),
    /// Prove that live read models equal a fold from zero
    Diff(diff::Options),
    /// Show the events of one record, and its state as of any position
    Show(show::Options),
    /// Write the log as compressed JSON lines with a manifest of hashes
    Export(export::Options),
    /// Bring in a purchase log, a cqrs-es database, or an export of a log
    #[command(subcommand)]
    Import(import::Command),
}

/// What the tools work with.
#[derive(Clone)]
pub struct Tools {
    /// Connections of the role that owns the schema: rebuilds make tables.
    pub owner: PgPool,
    /// Connections as `billfold_feed`: reads every tenant, appends on import.
    pub feed: PgPool,
    /// Whose anchors are believed.
    pub trust: verify::Trust,
    /// The door for imports that are made of commands.
    pub door: Option<Door>,
}

impl Tools {
    fn door(&self) -> Result<&Door, Error> {
        self.door.as_ref().ok_or_else(|| Error::Failed("the door for commands is closed".into()))
    }
}

impl Command {
    /// The folder of the export that is verified without a database, if that is what is asked.
    pub fn offline_export(&self) -> Option<&std::path::Path> {
        match self {
            Self::Verify(options) => options.export.as_deref(),
            _ => None,
        }
    }

    /// Whether the command goes through the door for commands.
    pub fn needs_door(&self) -> bool {
        use import::Command::{CqrsEs, Purchases};
        matches!(self, Self::Import(Purchases(_) | CqrsEs(_)))
    }
}

/// Runs a command on a database.
///
/// # Errors
/// See the command.
pub async fn run(command: &Command, tools: &Tools, output: Output) -> Outcome {
    match command {
        Command::Verify(options) => match &options.export {
            Some(dir) => verify::export(dir, tools.trust.clone(), output).await,
            None => verify::database(&tools.feed, tools.trust.clone(), output).await,
        },
        Command::Rebuild(options) => rebuild::run(&tools.owner, options, output).await,
        Command::Diff(options) => diff::run(&tools.owner, options, output).await,
        Command::Show(options) => show::run(&tools.feed, options, output).await,
        Command::Export(options) => export::run(&tools.feed, options, output).await,
        Command::Import(command) => import::run(command, tools, output).await,
    }
}
