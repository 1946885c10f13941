//! The three strategies that every seller has (SUB-12, SUB-13).
//!
//! | days after failure | default       | gentle        | aggressive    |
//! | ------------------ | ------------- | ------------- | ------------- |
//! | reminders          | 1, 3, 7       | 2, 7, 14      | 0, 1, 3       |
//! | last warning       | 14            | 21            | 5             |
//! | grace              | 3 days        | 7 days        | 2 days        |
//! | suspended          | 17            | 28            | 7             |
//! | cancelled          | 30            | 45            | 14            |
//!
//! Guarantees that they never change: a case that began under one goes on as it began. Absent on
//! purpose: late fees, which a seller must choose.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::dunning::retry::RetryPolicy;
use crate::dunning::stage::{Stage, StageAction};
use crate::dunning::strategy::{PromiseTerms, Strategy, StrategyTerms};
use crate::kernel::{DunningStrategyId, TenantId};

/// A strategy that is built in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BuiltIn {
    /// What holds where nobody chose.
    #[default]
    Default,
    /// More time for everything.
    Gentle,
    /// Less time for everything; reminds on the day a payment fails.
    Aggressive,
}

/// The days of a built-in strategy.
struct Days {
    reminders: [u32; 3],
    warning: u32,
    grace: u32,
    suspension: u32,
    end: u32,
}

impl BuiltIn {
    /// Each of them, in the order screens list them.
    pub const ALL: [Self; 3] = [Self::Default, Self::Gentle, Self::Aggressive];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Gentle => "gentle",
            Self::Aggressive => "aggressive",
        }
    }

    /// Name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "Default",
            Self::Gentle => "Gentle",
            Self::Aggressive => "Aggressive",
        }
    }

    /// Under which id a seller has it, whether or not it was ever chosen for anybody.
    pub fn id_of(self, tenant: TenantId) -> DunningStrategyId {
        DunningStrategyId::derive(tenant.uuid(), &format!("built_in/{}", self.word()))
    }

    /// The one a seller has under an id.
    pub fn by_id(tenant: TenantId, id: DunningStrategyId) -> Option<Self> {
        Self::ALL.into_iter().find(|built_in| built_in.id_of(tenant) == id)
    }

    /// What it says.
    pub fn strategy(self) -> Strategy {
        let days = self.days();
        let [first, second, third] = days.reminders;
        let stages = vec![
            Stage::after_days("reminder_1", first, StageAction::Remind),
            Stage::after_days("reminder_2", second, StageAction::Remind),
            Stage::after_days("reminder_3", third, StageAction::Remind),
            Stage::after_days("last_warning", days.warning, StageAction::Warn),
            Stage::after_days("suspension", days.suspension, StageAction::Suspend),
            Stage::after_days("cancellation", days.end, StageAction::Terminate),
        ];
        Strategy::built_in(StrategyTerms {
            stages,
            grace_days: days.grace,
            retries: RetryPolicy::default(),
            late_fee: None,
            promises: PromiseTerms::default(),
        })
    }

    fn days(self) -> Days {
        match self {
            Self::Default => {
                Days { reminders: [1, 3, 7], warning: 14, grace: 3, suspension: 17, end: 30 }
            }
            Self::Gentle => {
                Days { reminders: [2, 7, 14], warning: 21, grace: 7, suspension: 28, end: 45 }
            }
            Self::Aggressive => {
                Days { reminders: [0, 1, 3], warning: 5, grace: 2, suspension: 7, end: 14 }
            }
        }
    }
}

impl fmt::Display for BuiltIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
