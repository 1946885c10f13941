//! `billfold config`: the settings in force.

use std::process::ExitCode;

use clap::Subcommand;

use super::{Context, Stop};

/// What may be asked about the settings.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print every setting with the value in force, as a file that gives the same ones.
    Print,
}

#[expect(clippy::print_stdout, reason = "the settings are the command's answer")]
pub(super) fn run(context: &Context, command: &Command) -> Result<ExitCode, Stop> {
    match command {
        Command::Print => {
            println!("# data folder: {}\n{}", context.data.display(), context.config.to_toml());
            Ok(ExitCode::SUCCESS)
        }
    }
}
