//! A billing run: everything that is due on a day becomes documents, account by account.
//!
//! Guarantees: each account is one append, so that an interruption ends between accounts and loses
//! nothing; running twice, or in two processes at once, documents nothing twice, since the planner
//! plans nothing that is documented; an account that a rule refuses is quarantined with its reason
//! and stops nobody; `planned = issued + skipped + quarantined`. A run that meets too many refusals
//! stops, because something larger is wrong (SUB-14). Absent on purpose: a schedule; whoever calls
//! decides when.

mod batch;
mod conduct;
mod report;
mod run;
mod runner;

pub use conduct::{ACTOR, conduct};
pub use report::{Change, Progress, Quarantined, Report, Sums};
pub use run::{BillingRun, Bounds, Control, run};
pub use runner::Runner;
