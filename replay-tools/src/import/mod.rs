//! `billfold import …`: other people's records, or our own export, into the log.

pub mod cqrs_es;
pub mod log;
pub mod purchases;

use crate::Tools;
use crate::outcome::Output;

/// What can be imported.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// A purchase log: clients, orders, issued invoices and payments, dated as they happened
    Purchases(purchases::Options),
    /// A history that the stock cqrs-es store kept in this program's own events
    CqrsEs(Box<cqrs_es::Options>),
    /// An export of a log into an empty database, with identical hashes
    Log(log::Options),
}

/// Runs an import.
///
/// # Errors
/// See the command.
pub async fn run(command: &Command, tools: &Tools, output: Output) -> crate::Outcome {
    match command {
        Command::Purchases(options) => purchases::run(tools, options, output).await,
        Command::CqrsEs(options) => cqrs_es::run(tools, options, output).await,
        Command::Log(options) => log::run(&tools.feed, options, output).await,
    }
}
