//! `billfold keys rotate`: every key of a person is wrapped anew.

use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;

use billfold_app::ports::AllKeys;
use billfold_app::vault::{self, KeyEncryption, KeyFiles, Rotation};
use billfold_replay_tools::outcome::{Output, Verdict};
use clap::Args;
use serde::Serialize;

use super::super::job::Steps;
use super::{Stop, unavailable};

/// Under which key.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Make a new key-encryption key first. If a rotation was left unfinished, that one is finished
    /// instead.
    #[arg(long, conflicts_with = "key")]
    new: bool,
    /// Take this file's key as the new key-encryption key: 32 bytes that only you may read.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

#[derive(Serialize)]
struct Rotated(Rotation);

/// 0 when nothing lies under another key any more, 1 if keys are left that no file here opens,
/// 4 if it was interrupted.
pub(super) async fn run(
    files: KeyFiles,
    rows: &dyn AllKeys,
    arguments: &Arguments,
    output: Output,
) -> Result<ExitCode, Stop> {
    if !files.wrapping.is_file() {
        return Err(Stop::unavailable(anyhow::anyhow!(
            "the key file {} is missing: restore it before anything is wrapped anew",
            files.wrapping.display()
        )));
    }
    let keys = KeyEncryption::open(files.clone()).map_err(unavailable)?;
    let wrapping = keys.wrapping().map_err(unavailable)?;
    let (under, _) = rows.count().await.map_err(Stop::unavailable)?;
    let begun = under.iter().any(|it| it.kek_id != wrapping.id() && keys.holds(&it.kek_id));
    if let Some(file) = &arguments.key {
        files.replace(Some(file)).map_err(unavailable)?;
    } else if arguments.new && !begun {
        files.replace(None).map_err(unavailable)?;
    }
    let steps = Steps::new("keys wrapped anew", output);
    let done = steps.run(vault::rotate(&keys, rows, |done| steps.at(done))).await;
    let done = done.map_err(unavailable)?;
    let verdict = match (&done.unknown, done.interrupted) {
        (_, true) => Verdict::Interrupted,
        (unknown, false) if unknown.is_empty() => Verdict::Clean,
        _ => Verdict::Differences,
    };
    output.result(&Rotated(done));
    Ok(ExitCode::from(verdict.code()))
}

impl fmt::Display for Rotated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rotation { wraps_now, rewrapped, unknown, interrupted } = &self.0;
        write!(f, "{rewrapped} keys wrapped anew under {wraps_now}")?;
        for (id, keys) in unknown {
            write!(
                f,
                "\n{keys} keys lie under {id}, whose file is missing: name it in \
                 keys.other_key_encryption_files and run this again"
            )?;
        }
        if *interrupted {
            write!(f, "\nended early; run `billfold keys rotate` to go on")?;
        }
        Ok(())
    }
}
