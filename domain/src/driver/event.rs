//! What can have happened to a driver.

use serde::{Deserialize, Serialize};

use crate::kernel::EventBody;
use crate::kernel::aggregate::name_events;

/// A fact about a driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriverEvent {
    /// It is called no more for now; what it is to do waits.
    Paused {
        /// Its key.
        driver: String,
        /// Why.
        reason: String,
    },
    /// It is called again.
    Resumed {
        /// Its key.
        driver: String,
    },
}

name_events!(DriverEvent {
    Paused => "driver.paused" v "1",
    Resumed => "driver.resumed" v "1",
});

impl EventBody for DriverEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }
}
