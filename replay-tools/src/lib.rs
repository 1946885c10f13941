//! Replay tools: prove, rebuild, compare, show, export and import the log.
//!
//! A library and the subcommands of the program; each file is one command. They read unless their name says otherwise,
//! show progress on standard error, print one result on standard output (text, or JSON with `--json`), and end with an
//! exit code that says what was found. Absent on purpose: anything that reaches the outside world; a replay can't send.

pub mod export;
pub mod import;
pub mod outcome;
pub mod progress;
mod rederive;
pub mod show;
pub mod verify;

/// How a command ends.
pub type Outcome = Result<outcome::Verdict, outcome::Error>;
