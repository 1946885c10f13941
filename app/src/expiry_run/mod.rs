//! Expiry runs: what is left on gift cards whose last day is over is given up, and approvals that
//! nobody answered in time end.
//!
//! Guarantees: each card and each approval is one append, so that an interruption ends between them
//! and loses nothing; running twice, or in two processes at once, ends nothing twice; what was
//! spent, cancelled or answered meanwhile is passed over: `lapsed = expired + passed_over` (GFT-01,
//! EVT-36). Absent on purpose: a schedule, which is for whoever calls; a card is refused from the
//! day after its last one, and an approval once its time is over, whether the run has been or not.

mod approvals;
mod report;
mod run;

pub use approvals::{ApprovalsReport, run_approvals};
pub use report::Report;
pub use run::{ExpiryRun, run};
