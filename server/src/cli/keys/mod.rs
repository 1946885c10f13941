//! `billfold keys`: the keys under which personal data lies: which there are, a new
//! key-encryption key, backups of their own, and the end of keys whose time is over.

mod backup;
mod expire;
mod rotate;
mod status;

use std::process::ExitCode;

use billfold_adapters::postgres::PostgresAllKeys;
use billfold_replay_tools::outcome::Output;
use clap::Subcommand;

use super::{Context, Stop};
use crate::wire::Foundation;

/// What may be done with keys.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say how many keys of persons lie under which key-encryption key.
    Status,
    /// Wrap all keys of persons under the key-encryption key in force, or under a new one.
    ///
    /// Servers may run meanwhile. The key that was replaced stays beside the new one, named by its
    /// id: it is needed for backups of the database that were taken before.
    Rotate(rotate::Arguments),
    /// Write all keys of persons, as they are wrapped, to a file.
    ///
    /// Keep it apart from backups of the database, and from the key-encryption key. Destroyed keys
    /// stay readable in it: keep it no longer than the law lets erased data stay.
    Backup(backup::Arguments),
    /// Put the keys of a backup where none are.
    ///
    /// A key whose end the table, the backup or the log knows is never brought back.
    Restore(backup::Arguments),
    /// Destroy keys whose time is over: of erased persons whose documents the law lets go, and of
    /// months whose requests need no origin any more.
    Expire(expire::Arguments),
}

pub(super) async fn run(
    context: Context,
    command: Command,
    output: Output,
) -> Result<ExitCode, Stop> {
    if let Command::Expire(arguments) = command {
        return expire::run(&context, arguments, output).await;
    }
    let foundation = Foundation::open(&context).await?;
    let done = on_keys(&context, &foundation, command, output).await;
    foundation.close().await;
    done
}

async fn on_keys(
    context: &Context,
    foundation: &Foundation,
    command: Command,
    output: Output,
) -> Result<ExitCode, Stop> {
    if foundation.is_private() {
        foundation.migrate().await?;
    }
    let files = context.config.keys.key_encryption_files(&context.data);
    let pools = foundation.pools();
    let rows = PostgresAllKeys::new(pools.owner.clone(), pools.feed.clone());
    match command {
        Command::Status => status::run(&files, &rows, output).await,
        Command::Rotate(arguments) => rotate::run(files, &rows, &arguments, output).await,
        Command::Backup(arguments) => backup::write(&rows, &arguments, output).await,
        Command::Restore(arguments) => backup::restore(&rows, &arguments, output).await,
        Command::Expire(_) => Ok(ExitCode::SUCCESS),
    }
}

/// What went wrong with keys, and the exit code it stands for.
fn unavailable(error: billfold_app::vault::VaultError) -> Stop {
    Stop::unavailable(error)
}
