//! The composition root: the only crate that knows every other one, and the library behind the
//! binary `billfold`.
//!
//! It guarantees that wall time is read in one file, settings in one folder, and that whatever is
//! started here is stopped here. Absent on purpose: rules of billing, SQL over billing data, HTML.

pub mod cli;
pub mod clock;
pub mod config;
pub mod database;
pub mod embedded;
mod telemetry;
pub mod wire;

pub use cli::run;
