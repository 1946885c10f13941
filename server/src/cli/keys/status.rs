//! `billfold keys status`: how many keys of persons lie under which key-encryption key.

use std::fmt;
use std::process::ExitCode;

use billfold_app::ports::AllKeys;
use billfold_app::vault::{KeyEncryption, KeyFiles};
use billfold_replay_tools::outcome::Output;
use serde::Serialize;

use super::{Stop, unavailable};

#[derive(Serialize)]
struct Status {
    /// The key-encryption key in force.
    wraps_now: String,
    /// Living keys of persons, by the key-encryption key they lie under.
    under: Vec<Under>,
    /// Keys of persons that were destroyed.
    destroyed: u64,
}

#[derive(Serialize)]
struct Under {
    key_id: String,
    keys: u64,
    /// Whether its file is here.
    here: bool,
}

/// 0 if every key lies under the one in force, 1 if a rotation is not finished or a file is
/// missing.
pub(super) async fn run(
    files: &KeyFiles,
    rows: &dyn AllKeys,
    output: Output,
) -> Result<ExitCode, Stop> {
    if !files.wrapping.is_file() {
        return Err(Stop::unavailable(anyhow::anyhow!(
            "the key file {} is missing: restore it, or name it in keys.key_encryption_file",
            files.wrapping.display()
        )));
    }
    let keys = KeyEncryption::open(files.clone()).map_err(unavailable)?;
    let wraps_now = keys.wrapping().map_err(unavailable)?.id().to_owned();
    let (under, destroyed) = rows.count().await.map_err(Stop::unavailable)?;
    let finished = under.iter().all(|under| under.kek_id == wraps_now);
    let here = |id: &str| keys.holds(id);
    let under = under.into_iter().map(|it| Under {
        here: here(&it.kek_id),
        key_id: it.kek_id,
        keys: it.keys,
    });
    output.result(&Status { under: under.collect(), wraps_now, destroyed });
    Ok(if finished { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key-encryption key in force: {}", self.wraps_now)?;
        for Under { key_id, keys, here } in &self.under {
            let note = match (*key_id == self.wraps_now, *here) {
                (true, _) => "in force",
                (false, true) => "replaced: run `billfold keys rotate`",
                (false, false) => "its file is missing: what lies under it cannot be read",
            };
            write!(f, "\n{key_id}  {keys} keys  {note}")?;
        }
        write!(f, "\n{} keys destroyed", self.destroyed)
    }
}
