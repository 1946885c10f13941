//! `billfold migrate`: brings the database to the schema of this program.

use std::process::ExitCode;

use super::{Context, Stop};
use crate::wire::Foundation;

#[expect(clippy::print_stdout, reason = "what ran is the command's answer")]
pub(super) async fn run(context: Context) -> Result<ExitCode, Stop> {
    let foundation = Foundation::open(&context).await?;
    let migrated = foundation.migrate().await?;
    for name in &migrated.applied {
        println!("{name}");
    }
    println!("{} migrations applied", migrated.applied.len());
    foundation.close().await;
    Ok(ExitCode::SUCCESS)
}
