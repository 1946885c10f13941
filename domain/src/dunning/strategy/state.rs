//! What is known of a dunning strategy.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::dunning::strategy::{DunningStrategyEvent, Holder, Strategy};
use crate::kernel::DunningStrategyId;

/// A dunning strategy of a seller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DunningStrategy {
    /// Nothing was defined under this id.
    #[default]
    Absent,
    /// In use.
    Active(DefinedStrategy),
    /// No longer in use.
    Retired(DefinedStrategy),
}

/// The particulars of a dunning strategy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinedStrategy {
    /// Unique name for machines.
    pub code: String,
    /// Name for people.
    pub name: String,
    /// Counts what it said, from 1.
    pub version: u32,
    /// What it says.
    pub strategy: Strategy,
    /// For whom it holds.
    pub holders: BTreeSet<Holder>,
}

/// Which strategy, and what it said at the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StrategyVersion {
    /// The strategy.
    pub strategy_id: DunningStrategyId,
    /// Counts what it said, from 1.
    pub version: u32,
}

impl DunningStrategy {
    /// The particulars, once the strategy was defined.
    pub fn defined(&self) -> Option<&DefinedStrategy> {
        match self {
            Self::Absent => None,
            Self::Active(defined) | Self::Retired(defined) => Some(defined),
        }
    }

    pub(super) fn take(&mut self, event: &DunningStrategyEvent) {
        match event {
            DunningStrategyEvent::Defined { code, name, strategy } => {
                *self = Self::Active(DefinedStrategy {
                    code: code.clone(),
                    name: name.clone(),
                    version: 1,
                    strategy: strategy.clone(),
                    holders: BTreeSet::new(),
                });
            }
            DunningStrategyEvent::Revised { version, strategy } => self.change(|defined| {
                defined.version = *version;
                defined.strategy.clone_from(strategy);
            }),
            DunningStrategyEvent::Assigned { holder } => self.change(|defined| {
                defined.holders.insert(*holder);
            }),
            DunningStrategyEvent::Withdrawn { holder } => self.change(|defined| {
                defined.holders.remove(holder);
            }),
            DunningStrategyEvent::Retired { .. } => {
                if let Self::Active(defined) = self {
                    *self = Self::Retired(defined.clone());
                }
            }
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut DefinedStrategy)) {
        if let Self::Active(defined) = self {
            change(defined);
        }
    }
}
