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

use mimalloc::MiMalloc;

pub use cli::run;

/// Many small texts come and go on every thread, which the system's allocator takes a sixth of all
/// time for.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;
