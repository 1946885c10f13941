//! Whether this process does what sellers have done by themselves.

use serde::{Deserialize, Serialize};

/// Whether this process works schedules off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Schedules {
    /// Whether it does. Several processes share the work by leases; where none does, `billfold
    /// bill` and its like are for you to call.
    pub run: bool,
}

impl Default for Schedules {
    fn default() -> Self {
        Self { run: true }
    }
}
