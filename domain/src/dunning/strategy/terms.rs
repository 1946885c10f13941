//! The terms of a strategy: dunning as data.
//!
//! Guarantees that a [`Strategy`] was checked when it was made, and when it was read back: its
//! stages are named apart and stand in the order of their days, they take away more and more, the
//! service never ends without a stage before it, and a fee that is charged is a fee that is set.
//! The checks may be loosened and never tightened, because stored strategies pass them too.
//! SUB-12, SUB-13. Absent on purpose: which client it holds for, and how far anybody is in it.

use serde::{Deserialize, Serialize};

use crate::dunning::late_fee::LateFee;
use crate::dunning::retry::RetryPolicy;
use crate::dunning::stage::{Stage, StageAction};
use crate::kernel::Invalid;

/// How many stages a strategy may have.
const MOST_STAGES: usize = 50;

/// A strategy as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StrategyTerms {
    /// What happens, in this order.
    pub stages: Vec<Stage>,
    /// How many days lie between a stage and one that takes something away, even where dunning
    /// was held up; 0 to 90.
    pub grace_days: u32,
    /// When a declined payment is tried again.
    #[serde(default)]
    pub retries: RetryPolicy,
    /// The fee of the stages that charge one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_fee: Option<LateFee>,
    /// What a client may promise.
    #[serde(default)]
    pub promises: PromiseTerms,
}

/// How a promise to pay holds dunning up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromiseTerms {
    /// How many days ahead its day may lie, 1 to 365.
    pub longest_days: u32,
    /// How many there may be for an invoice, at most 20; none if zero.
    pub most: u32,
}

impl Default for PromiseTerms {
    /// Two promises of two weeks at most.
    fn default() -> Self {
        Self { longest_days: 14, most: 2 }
    }
}

/// A strategy that makes sense.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StrategyTerms", into = "StrategyTerms")]
pub struct Strategy(StrategyTerms);

impl Strategy {
    /// Checks the terms and names everything that is wrong with them.
    pub fn try_new(terms: StrategyTerms) -> Result<Self, Invalid> {
        Invalid::gather([
            check_stages(&terms.stages),
            check_order(&terms.stages),
            check_severity(&terms.stages),
            check_grace(terms.grace_days),
            terms.retries.check().map_err(|invalid| invalid.under("retries")),
            check_fee(&terms),
            check_promises(terms.promises),
        ])?;
        Ok(Self(terms))
    }

    /// For strategies that are built in; a test checks each of them.
    pub(super) fn built_in(terms: StrategyTerms) -> Self {
        Self(terms)
    }

    /// What it says.
    pub fn terms(&self) -> &StrategyTerms {
        &self.0
    }

    /// A stage by its number, from 1.
    pub fn stage(&self, no: u32) -> Option<&Stage> {
        self.0.stages.get(usize::try_from(no.checked_sub(1)?).ok()?)
    }

    /// Roughly how many bytes it occupies behind its pointers, for caches.
    pub fn weight(&self) -> usize {
        size_of_val(self.0.stages.as_slice()).saturating_mul(2)
    }
}

impl TryFrom<StrategyTerms> for Strategy {
    type Error = Invalid;

    fn try_from(terms: StrategyTerms) -> Result<Self, Self::Error> {
        Self::try_new(terms)
    }
}

impl From<Strategy> for StrategyTerms {
    fn from(strategy: Strategy) -> Self {
        strategy.0
    }
}

fn check_stages(stages: &[Stage]) -> Result<(), Invalid> {
    if !(1..=MOST_STAGES).contains(&stages.len()) {
        let detail = format!("a strategy has 1 to {MOST_STAGES} stages");
        return Err(Invalid::one("stages", "strategy.stage_count", detail));
    }
    let twice =
        |at: usize, stage: &Stage| stages.iter().take(at).any(|earlier| earlier.name == stage.name);
    let checks = stages.iter().enumerate().map(|(at, stage)| {
        let apart = if twice(at, stage) {
            Err(Invalid::one("name", "strategy.stage_twice", "an earlier stage has this name"))
        } else {
            Ok(())
        };
        let under = format!("stages/{at}");
        Invalid::gather([stage.check(), apart]).map_err(|invalid| invalid.under(&under))
    });
    Invalid::gather(checks)
}

/// Stages that follow the days follow each other.
fn check_order(stages: &[Stage]) -> Result<(), Invalid> {
    let mut latest = 0;
    for (at, stage) in stages.iter().enumerate() {
        let Some(days) = stage.when.days else { continue };
        if days < latest {
            let detail = format!("must not come before the stage at day {latest}");
            let field = format!("stages/{at}/when/days");
            return Err(Invalid::one(&field, "strategy.stage_order", detail));
        }
        latest = days;
    }
    Ok(())
}

/// What was taken away is not given back by a later stage, and nothing follows the end.
fn check_severity(stages: &[Stage]) -> Result<(), Invalid> {
    let mut worst = 0;
    for (at, stage) in stages.iter().enumerate() {
        let field = format!("stages/{at}/action");
        let severity = stage.action.severity();
        if worst == StageAction::Terminate.severity() {
            let detail = "nothing can follow the stage that ends the service";
            return Err(Invalid::one(&field, "strategy.after_the_end", detail));
        }
        if stage.action.is_severe() && severity < worst {
            let detail = "must not take away less than a stage before it";
            return Err(Invalid::one(&field, "strategy.severity", detail));
        }
        if stage.action == StageAction::Terminate && at == 0 {
            let detail = "warn or suspend in a stage before the service ends";
            return Err(Invalid::one(&field, "strategy.no_warning", detail));
        }
        worst = worst.max(severity);
    }
    Ok(())
}

fn check_grace(days: u32) -> Result<(), Invalid> {
    if days <= 90 {
        return Ok(());
    }
    Err(Invalid::one("grace_days", "strategy.grace", "must not be more than 90 days"))
}

fn check_fee(terms: &StrategyTerms) -> Result<(), Invalid> {
    match &terms.late_fee {
        Some(fee) => fee.check(),
        None if terms.stages.iter().any(|stage| stage.late_fee) => {
            let detail = "a stage charges a late fee, say how much it is";
            Err(Invalid::one("late_fee", "strategy.late_fee_missing", detail))
        }
        None => Ok(()),
    }
}

fn check_promises(promises: PromiseTerms) -> Result<(), Invalid> {
    let days = if (1..=365).contains(&promises.longest_days) {
        Ok(())
    } else {
        let detail = "must be 1 to 365 days";
        Err(Invalid::one("promises/longest_days", "strategy.promise_days", detail))
    };
    let most = if promises.most <= 20 {
        Ok(())
    } else {
        Err(Invalid::one("promises/most", "strategy.promises", "must not be more than 20"))
    };
    Invalid::gather([days, most])
}
