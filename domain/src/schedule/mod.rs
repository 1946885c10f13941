//! When something is done again and again, by the clocks of a place (ES-19, OPS-06).
//!
//! Guarantees: after any instant there is exactly one next time, strictly later, and it follows
//! from the cadence, the zone and the instant alone. What comes at a time of a day comes once on
//! each of its days: where clocks skip that time, at the first instant behind the gap; where they
//! show it twice, at the first of the two. What comes within every hour comes by real time, so a
//! longer night brings more of it. Absent on purpose: who runs what, and whether it ran.

mod cadence;
mod choice;
mod cron;
#[cfg(test)]
mod tests;

pub use cadence::Cadence;
pub use choice::ScheduleChoice;
pub use cron::CronLine;
