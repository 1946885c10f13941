//! An expiry run: what is left on gift cards whose last day is over is given up.
//!
//! Guarantees: each card is one append, so that an interruption ends between cards and loses
//! nothing; running twice, or in two processes at once, gives nothing up twice; a card that was
//! spent or cancelled meanwhile is passed over: `lapsed = expired + passed_over` (GFT-01). Absent
//! on purpose: a schedule, which is for whoever calls; a card is refused from the day after its
//! last one whether the run has been or not.

mod report;
mod run;

pub use report::Report;
pub use run::{ExpiryRun, run};
