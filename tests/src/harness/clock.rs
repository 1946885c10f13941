//! A clock that stands still until a test moves it.

use std::sync::{Arc, Mutex, PoisonError};

use billfold_event_store::Clock;
use chrono::{DateTime, TimeDelta, Utc};

/// A clock that stands still until it is moved. Clones show the same time.
#[derive(Debug, Clone)]
pub struct TestClock {
    now: Arc<Mutex<DateTime<Utc>>>,
}

impl TestClock {
    /// A clock that shows this instant, for example `"2026-03-01T09:00:00Z"`.
    pub fn at(instant: &str) -> Self {
        Self::showing(instant.parse().expect("an instant in RFC 3339"))
    }

    /// A clock that shows this instant.
    pub fn showing(instant: DateTime<Utc>) -> Self {
        Self { now: Arc::new(Mutex::new(instant)) }
    }

    /// The instant it shows.
    pub fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves it forward, or back to test what a falling clock does.
    pub fn advance(&self, by: TimeDelta) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }

    /// Moves it forward by whole days.
    pub fn advance_days(&self, days: i64) {
        self.advance(TimeDelta::days(days));
    }

    /// Sets it to this instant.
    pub fn set(&self, instant: DateTime<Utc>) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = instant;
    }
}

impl Default for TestClock {
    /// Monday, 2 March 2026, 09:00 UTC: no month end, no holiday, no change of the clocks.
    fn default() -> Self {
        Self::at("2026-03-02T09:00:00Z")
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        Self::now(self)
    }
}
