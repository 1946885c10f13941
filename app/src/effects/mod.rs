//! Effects: what the log wants done outside, done once.
//!
//! An event that wants something outside, such as `payment.charge_intended`, is followed by a row
//! of the queue; a worker claims the row, calls a driver and records what came of it by a command.
//! The row is no truth: what was wanted stands in the log, and so does what came of it.
//!
//! | what                         | by which clock                                      |
//! | ---------------------------- | --------------------------------------------------- |
//! | leases of claimed rows       | the database's, so that processes agree             |
//! | when a row is due, backoff   | the installation's                                  |
//! | the day an outcome counts for | the seller's, which a test seller moves             |
//!
//! Guarantees: a driver is called by a worker that holds a claimed row, and by nothing else, since
//! every call takes a [`Call`] and only a [`Leave`] makes one; an act that may have happened is
//! looked up before it is done again; rows of one order key go one after another.

mod follow;
mod lane;
mod leave;
mod outcome;
mod row;
#[cfg(test)]
mod simulation;
mod wanted;
mod worker;

pub use follow::{MOST_TRIES, PROBE, Pace, follow};
pub use lane::{Allowance, FAILURES_TO_OPEN, FULL_PACE, LaneState};
pub use leave::{Call, Leave, with_claimed};
pub use outcome::{Ending, LaneWord, Next, Outcome};
pub use row::{Claimed, EffectRow, EffectSubject, Lane};
pub use wanted::{Wanted, Wish};
pub use worker::{Deaths, Handled, Handler, Worker, WorkerOptions};
