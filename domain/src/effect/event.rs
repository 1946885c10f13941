//! What can have happened to an effect.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::EventBody;
use crate::kernel::aggregate::name_events;

/// What is to be done, by whom and for what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectOf {
    /// What, such as `gateway.charge`.
    pub kind: String,
    /// Key of the driver that does it.
    pub driver: String,
    /// What kind of thing it is for, such as `payment`.
    pub subject_type: String,
    /// The thing.
    pub subject_id: Uuid,
    /// Which part of the thing, such as the number of a refund; 0 for the whole.
    pub part: u32,
}

/// What came of an effect, as a person found out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EffectOutcome {
    /// It was done.
    Made {
        /// The provider's own name for what was made, if it has one.
        reference: Option<String>,
    },
    /// It was not done, and will not be.
    NotMade,
}

/// A fact about an effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectEvent {
    /// It was given up; what is to come after it waits for a person.
    Died {
        /// What was to be done.
        of: EffectOf,
        /// How often it was tried or asked about.
        tries: u32,
        /// Why.
        reason: String,
        /// The day.
        on: NaiveDate,
    },
    /// Somebody wants it to be tried now.
    RetryAsked {
        /// What is to be done.
        of: EffectOf,
        /// How often it had been tried or asked about by then.
        tries: u32,
        /// Why.
        reason: String,
    },
    /// Somebody says what came of it.
    Resolved {
        /// What was to be done.
        of: EffectOf,
        /// What came of it.
        outcome: EffectOutcome,
        /// How that is known.
        reason: String,
    },
    /// It will not be done.
    Skipped {
        /// What was to be done.
        of: EffectOf,
        /// Why.
        reason: String,
    },
}

name_events!(EffectEvent {
    Died => "effect.died" v "1",
    RetryAsked => "effect.retry_asked" v "1",
    Resolved => "effect.resolved" v "1",
    Skipped => "effect.skipped" v "1",
});

impl EventBody for EffectEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Died { on, .. } => Some(*on),
            Self::RetryAsked { .. } | Self::Resolved { .. } | Self::Skipped { .. } => None,
        }
    }
}
