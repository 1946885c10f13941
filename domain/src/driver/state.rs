//! What is known of a driver.

use serde::{Deserialize, Serialize};

use crate::driver::DriverEvent;

/// A driver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Driver {
    /// It is called.
    #[default]
    Running,
    /// It is not called.
    Paused,
}

impl Driver {
    pub(super) fn take(&mut self, event: &DriverEvent) {
        *self = match event {
            DriverEvent::Paused { .. } => Self::Paused,
            DriverEvent::Resumed { .. } => Self::Running,
        };
    }
}
