//! A dunning run: every client who is late is looked at, and what is wanted today is done.
//!
//! Guarantees: each client is one append, so that an interruption ends between clients and loses
//! nothing; running twice on a day, or in two processes at once, does nothing twice, since a case
//! takes a stage and asks for a try once a day at most; a client whom a rule refuses is quarantined
//! with the reason and stops nobody; `looked_at = advanced + rested + quarantined` (SUB-12,
//! SUB-16). Absent on purpose: a schedule, which is for whoever calls; and charging, sending and
//! suspending, which the events ask for.

mod report;
mod run;

pub use report::{Progress, Quarantined, Report, Stages};
pub use run::{Control, DunningRun, run};
