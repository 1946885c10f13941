//! What a seller chose about something that is done by itself.

use serde::{Deserialize, Serialize};

use super::Cadence;

/// How often a job of a seller runs, and whether it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleChoice {
    /// How often; as the job itself says if nothing else was chosen.
    pub cadence: Option<Cadence>,
    /// Whether it runs by itself.
    pub running: bool,
}

impl Default for ScheduleChoice {
    fn default() -> Self {
        Self { cadence: None, running: true }
    }
}
