//! A recognition of revenue: what was billed ahead becomes revenue, through a day that is over.
//!
//! Guarantees: each day that is recognised is one append; a run that catches up recognises the
//! last day of each month on its way, so that no month has another one's revenue; running twice on
//! a day, or in two processes at once, posts nothing twice, since the books take the difference to
//! what they have (EVT-27). Absent on purpose: a schedule, which is for whoever calls.

mod report;
mod run;

pub use report::{Progress, Report};
pub use run::{RecognitionRun, catch_up, run};
