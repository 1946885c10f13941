//! The wall clock: the only code of the project that reads it.
//!
//! Guarantee: everything that needs the time takes a [`Clock`] or an instant, so that a test, a
//! test tenant or a replay can hand in another one. Absent on purpose: time zones and business
//! dates.

use billfold_event_store::Clock;
use chrono::{DateTime, SubsecRound, Utc};

/// The clock of this machine, cut to the microseconds that the database keeps.
#[derive(Debug, Clone, Copy, Default)]
pub struct WallClock;

impl Clock for WallClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the wall clock"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}
