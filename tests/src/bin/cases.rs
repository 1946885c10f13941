//! Runs the acceptance cases: `cases [FOLDER]`, by default our own. Fails unless all pass.

use std::path::PathBuf;
use std::process::ExitCode;

use billfold_tests::cases;

fn main() -> ExitCode {
    let folder = std::env::args_os().nth(1).map_or_else(cases::folder, PathBuf::from);
    let report = cases::run(&folder);
    println!("{report}");
    if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
