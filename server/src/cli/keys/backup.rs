//! `billfold keys backup` and `billfold keys restore`.

use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;

use billfold_app::ports::AllKeys;
use billfold_app::vault::{self, BackedUp, BackupError, Restored};
use billfold_event_store::Clock;
use billfold_replay_tools::outcome::{Output, Verdict};
use clap::Args;
use serde::Serialize;

use super::super::job::Steps;
use super::Stop;
use crate::clock::WallClock;

/// Which file.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The backup of the keys.
    file: PathBuf,
}

#[derive(Serialize)]
struct Written(BackedUp);

#[derive(Serialize)]
struct Back(Restored);

pub(super) async fn write(
    rows: &dyn AllKeys,
    arguments: &Arguments,
    output: Output,
) -> Result<ExitCode, Stop> {
    let steps = Steps::new("keys written", output);
    let progress = |done| {
        let _ = steps.at(done);
    };
    let work = vault::back_up(rows, &arguments.file, WallClock.now(), progress);
    let done = steps.run(work).await.map_err(stop)?;
    output.result(&Written(done));
    Ok(ExitCode::SUCCESS)
}

/// 0 when the backup is there again, 4 if it was interrupted.
pub(super) async fn restore(
    rows: &dyn AllKeys,
    arguments: &Arguments,
    output: Output,
) -> Result<ExitCode, Stop> {
    let steps = Steps::new("keys looked at", output);
    let work = vault::restore(rows, &arguments.file, WallClock.now(), |done| steps.at(done));
    let done = steps.run(work).await.map_err(stop)?;
    let verdict = if done.interrupted { Verdict::Interrupted } else { Verdict::Clean };
    output.result(&Back(done));
    Ok(ExitCode::from(verdict.code()))
}

fn stop(error: BackupError) -> Stop {
    match error {
        BackupError::Exists { .. } => Stop::usage(error),
        BackupError::Content { .. } => Stop::with_code(Verdict::Differences.code(), error),
        _ => Stop::unavailable(error),
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} keys written, {} of them known as destroyed", self.0.keys, self.0.destroyed)
    }
}

impl fmt::Display for Back {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Restored { keys, restored, destroyed, interrupted } = &self.0;
        write!(f, "{keys} keys in the backup: {restored} restored, {destroyed} destroyed")?;
        write!(f, ", the rest was there already")?;
        if *interrupted {
            write!(f, "\nended early; run it again to go on")?;
        }
        Ok(())
    }
}
