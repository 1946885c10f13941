//! What can have happened to a dunning strategy.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::dunning::strategy::{Holder, Strategy};
use crate::kernel::aggregate::name_events;
use crate::kernel::{Claim, EventBody};

/// A fact about a dunning strategy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DunningStrategyEvent {
    /// The strategy was written down, as version 1.
    Defined {
        /// Unique name for machines.
        code: String,
        /// Name for people.
        name: String,
        /// What it says.
        strategy: Strategy,
    },
    /// It says something else for cases opened from now on.
    Revised {
        /// Counts what it said, from 2.
        version: u32,
        /// What it says.
        strategy: Strategy,
    },
    /// It holds for somebody from now on.
    Assigned {
        /// For whom.
        holder: Holder,
    },
    /// It no longer holds for somebody.
    Withdrawn {
        /// For whom.
        holder: Holder,
    },
    /// It is used no longer.
    Retired {
        /// The day.
        on: NaiveDate,
    },
}

name_events!(DunningStrategyEvent {
    Defined => "dunning_strategy.defined" v "1",
    Revised => "dunning_strategy.revised" v "1",
    Assigned => "dunning_strategy.assigned" v "1",
    Withdrawn => "dunning_strategy.withdrawn" v "1",
    Retired => "dunning_strategy.retired" v "1",
});

impl DunningStrategyEvent {
    /// Scope of the claim on a strategy's code.
    pub const CODE_SCOPE: &'static str = "dunning_strategy.code";
    /// Scope of the claim on whom a strategy holds for: nobody has two.
    pub const HOLDER_SCOPE: &'static str = "dunning_strategy.holder";
}

impl EventBody for DunningStrategyEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Retired { on } => Some(*on),
            Self::Defined { .. }
            | Self::Revised { .. }
            | Self::Assigned { .. }
            | Self::Withdrawn { .. } => None,
        }
    }

    /// The code stays taken after retirement: old cases still mean this strategy by it.
    fn claims(&self) -> Vec<Claim> {
        match self {
            Self::Defined { code, .. } => {
                vec![Claim::Take { scope: Self::CODE_SCOPE, key: code.clone() }]
            }
            Self::Assigned { holder } => {
                vec![Claim::Take { scope: Self::HOLDER_SCOPE, key: holder.to_string() }]
            }
            Self::Withdrawn { holder } => {
                vec![Claim::Release { scope: Self::HOLDER_SCOPE, key: holder.to_string() }]
            }
            Self::Revised { .. } | Self::Retired { .. } => Vec::new(),
        }
    }
}
