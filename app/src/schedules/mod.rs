//! What a seller has done by itself, again and again: bill, recognise, expire, dun (ES-19, OPS-06).
//!
//! Guarantees: a turn is done by one process at a time, and whoever lost its lease stops; a turn
//! that broke off, or whose process died, is done again under the same name, so that what was done
//! is not done twice; times that passed while nothing ran come to one turn. A seller with a test
//! clock is left to it, and one that is suspended or closed to nobody. Absent on purpose: what the
//! jobs do, which are the runs that everybody may ask for by hand.

mod job;
mod jobs;
mod scheduler;

pub use job::{Job, JobRoom, Task};
pub use jobs::JOBS;
pub use scheduler::{Plan, Scheduler, Worked};
