//! Stages: what happens to a client in arrears, and when.
//!
//! Guarantees that the last stage whose condition holds is the one in force, and that a client
//! who owes nothing is in none. Case family `dunning.state`. Absent on purpose: what has been
//! done already, which [`next_step()`](super::next_step()) looks at.

use serde::{Deserialize, Serialize};

use crate::dunning::arrears::{Amounts, Arrears, Owed};
use crate::kernel::text::check_line;
use crate::kernel::{Invalid, Money};

/// The longest a stage may wait.
const MOST_DAYS: u32 = 3_650;

/// What a stage does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageAction {
    /// Reminds the client.
    Remind,
    /// Reminds the client for the last time before something is taken away: grace begins.
    Warn,
    /// Takes no new orders and changes.
    Block,
    /// Suspends the service. What is paid lifts it again (SUB-19).
    Suspend,
    /// Ends the service for good.
    Terminate,
}

impl StageAction {
    /// Whether the client loses something by it.
    pub fn is_severe(self) -> bool {
        self.severity() > 0
    }

    /// Whether the service can't be used while this stage is in force.
    pub fn suspends(self) -> bool {
        matches!(self, Self::Suspend | Self::Terminate)
    }

    /// How much the client loses: nothing, new orders, the use of the service, the service.
    pub(super) fn severity(self) -> u8 {
        match self {
            Self::Remind | Self::Warn => 0,
            Self::Block => 1,
            Self::Suspend => 2,
            Self::Terminate => 3,
        }
    }
}

/// When a stage is in force: everything that is said must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Condition {
    /// At least so many days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// At least so many unpaid invoices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// At least so much unpaid, in any of the currencies named.
    #[serde(skip_serializing_if = "Amounts::is_empty")]
    pub totals: Amounts,
}

impl Condition {
    /// The condition of a stage that follows the days alone.
    pub fn after_days(days: u32) -> Self {
        Self { days: Some(days), ..Self::default() }
    }

    /// Refuses a condition that says nothing, or that always or never holds.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.days.is_none() && self.count.is_none() && self.totals.is_empty() {
            let detail = "say after how many days, invoices or how much money";
            return Err(Invalid::one("when", "condition.empty", detail));
        }
        let days = if self.days.is_some_and(|days| days > MOST_DAYS) {
            let detail = format!("must not be more than {MOST_DAYS} days");
            Err(Invalid::one("when/days", "condition.days", detail))
        } else {
            Ok(())
        };
        let count = if self.count == Some(0) {
            Err(Invalid::one("when/count", "condition.count", "must be at least one invoice"))
        } else {
            Ok(())
        };
        let totals = if self.totals.iter().any(Money::is_zero) {
            Err(Invalid::one("when/totals", "condition.totals", "must be more than nothing"))
        } else {
            Ok(())
        };
        Invalid::gather([days, count, totals])
    }

    /// Whether it holds after so many days for so much; never for a client who isn't late.
    pub(super) fn holds(&self, days: Option<u32>, owed: &Owed) -> bool {
        let Some(days) = days else { return false };
        let enough = |least: Money| {
            owed.totals.of(least.currency()).is_some_and(|total| total.minor() >= least.minor())
        };
        self.days.is_none_or(|least| days >= least)
            && self.count.is_none_or(|least| owed.count >= least)
            && (self.totals.is_empty() || self.totals.iter().any(enough))
    }
}

/// A step of a strategy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// What people and mail templates call it, 1 to 40 characters.
    pub name: String,
    /// When it is in force.
    pub when: Condition,
    /// What it does.
    pub action: StageAction,
    /// Whether it charges the strategy's late fee.
    #[serde(default)]
    pub late_fee: bool,
}

impl Stage {
    /// A stage that does one thing after so many days.
    pub fn after_days(name: &str, days: u32, action: StageAction) -> Self {
        let when = Condition::after_days(days);
        Self { name: name.to_owned(), when, action, late_fee: false }
    }

    /// Checks the name and the condition.
    pub fn check(&self) -> Result<(), Invalid> {
        Invalid::gather([check_line("name", &self.name, 40), self.when.check()])
    }
}

/// The stage in force for what a client owes: the last one whose condition holds.
pub fn in_force<'a>(stages: &'a [Stage], arrears: &Arrears) -> Option<&'a Stage> {
    stages.iter().rev().find(|stage| stage.when.holds(arrears.days, &arrears.owed))
}
