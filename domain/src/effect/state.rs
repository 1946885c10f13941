//! What is known of an effect.

use serde::{Deserialize, Serialize};

use crate::effect::{EffectEvent, EffectOf, EffectOutcome};

/// An effect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nobody had anything to do with it, if there is one under this id.
    #[default]
    Unheard,
    /// It was given up.
    Dead {
        /// What was to be done.
        of: EffectOf,
        /// How often it was tried or asked about.
        tries: u32,
    },
    /// Somebody wanted it to be tried again.
    Retried {
        /// How often it had been tried or asked about by then.
        tries: u32,
    },
    /// Somebody said what came of it.
    Resolved(EffectOutcome),
    /// It will not be done.
    Skipped,
}

impl Effect {
    pub(super) fn take(&mut self, event: &EffectEvent) {
        *self = match event {
            EffectEvent::Died { of, tries, .. } => Self::Dead { of: of.clone(), tries: *tries },
            EffectEvent::RetryAsked { tries, .. } => Self::Retried { tries: *tries },
            EffectEvent::Resolved { outcome, .. } => Self::Resolved(outcome.clone()),
            EffectEvent::Skipped { .. } => Self::Skipped,
        };
    }
}
