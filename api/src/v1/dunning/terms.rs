//! The terms of a strategy on the wire.

use billfold_domain::dunning::{
    Amounts, Condition, LateFee, PromiseTerms, RetryPace, RetryPolicy, RetrySchedule, Stage,
    StageAction, Strategy, StrategyTerms,
};
use billfold_domain::kernel::Percent;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::receive::Check;
use crate::wire::WireMoney;

/// Stages that are read; the domain says how many there may be.
const MOST_STAGES: usize = 100;
/// Amounts that are read: more currencies than there are.
const MOST_AMOUNTS: usize = 200;

/// What a strategy says.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DunningTerms)]
pub(super) struct WireTerms {
    /// What happens, in this order; 1 to 50.
    #[schema(min_items = 1, max_items = 50)]
    stages: Vec<WireStage>,
    /// Days between a stage and one that takes something away, 0 to 90.
    #[schema(maximum = 90)]
    grace_days: u32,
    /// When a declined payment is tried again; after 1, 3, 5 and 7 days at 09:00 if absent.
    retries: Option<WireRetries>,
    /// The fee of the stages that charge one.
    late_fee: Option<WireLateFee>,
    /// What a client may promise; two promises of 14 days at most if absent.
    promises: Option<WirePromises>,
}

/// A step of a strategy.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DunningStage, example = json!({
    "name": "reminder_1", "when": { "days": 3 }, "action": "remind"
}))]
pub(super) struct WireStage {
    /// What people and mail templates call it.
    #[schema(min_length = 1, max_length = 40)]
    name: String,
    /// When it is in force.
    when: WireCondition,
    /// What it does.
    action: WireAction,
    /// Whether it charges the late fee.
    #[serde(default)]
    late_fee: bool,
}

/// When a stage is in force: everything that is said must hold.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DunningCondition)]
struct WireCondition {
    /// At least so many days after the due date.
    #[schema(maximum = 3650)]
    days: Option<u32>,
    /// At least so many invoices that are due.
    #[schema(minimum = 1)]
    count: Option<u32>,
    /// At least so much that is due, in any of these currencies.
    #[serde(default)]
    #[schema(max_items = 200)]
    totals: Vec<WireMoney>,
}

/// What a stage does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DunningAction)]
pub(super) enum WireAction {
    /// Reminds the client.
    Remind,
    /// Reminds the client for the last time before something is taken away.
    Warn,
    /// Takes no new orders and changes.
    Block,
    /// Suspends the service.
    Suspend,
    /// Ends the service for good.
    Terminate,
}

/// When and how often a declined payment is tried again.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DunningRetries)]
struct WireRetries {
    /// On which days.
    schedule: WireSchedule,
    /// Tries in all, the first attempt included; 1 to 50.
    #[schema(minimum = 1, maximum = 50)]
    most_tries: u32,
    /// The hour of the day at the client's place, 0 to 23.
    #[schema(maximum = 23)]
    at_hour: u32,
}

/// On which days a declined payment is tried again.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DunningRetrySchedule)]
struct WireSchedule {
    /// How far apart tries lie.
    pace: WirePace,
    /// The last day on which anything is tried, counted from the first attempt.
    final_day: Option<u32>,
}

/// How far apart tries lie.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DunningRetryPace)]
enum WirePace {
    /// So many days after the first attempt, rising.
    AfterDays(Vec<u32>),
    /// Every so many days after the first attempt.
    EveryDays(u32),
}

/// How a fee for paying late is found.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = LateFee)]
enum WireLateFee {
    /// So many percent of what is open.
    Percent {
        /// More than 0 and at most 100.
        #[schema(example = "2.5", max_length = 24)]
        percent: String,
        /// The most it may be, in the currencies that have a cap.
        #[serde(default)]
        #[schema(max_items = 200)]
        cap: Vec<WireMoney>,
    },
    /// The same for every debt; none in a currency that is not named.
    Fixed {
        /// More than nothing, in each currency.
        #[schema(max_items = 200)]
        amounts: Vec<WireMoney>,
    },
}

/// How a promise to pay holds dunning up.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DunningPromises)]
struct WirePromises {
    /// How many days ahead its day may lie, 1 to 365.
    #[schema(minimum = 1, maximum = 365)]
    longest_days: u32,
    /// How many there may be for an invoice, at most 20; none if zero.
    #[schema(maximum = 20)]
    most: u32,
}

impl WireTerms {
    /// The strategy, or what is wrong with it below `pointer`.
    pub(super) fn read(self, check: &mut Check, pointer: &str) -> Option<Strategy> {
        if self.stages.len() > MOST_STAGES {
            let detail = "has more stages than any strategy may have";
            check.wrong(format!("{pointer}/stages"), "strategy.stage_count", detail);
            return None;
        }
        let mut stages = Vec::with_capacity(self.stages.len());
        for (at, stage) in self.stages.into_iter().enumerate() {
            stages.extend(stage.read(check, &format!("{pointer}/stages/{at}")));
        }
        let late_fee = match self.late_fee {
            None => None,
            Some(fee) => Some(fee.read(check, &format!("{pointer}/late_fee"))?),
        };
        let terms = StrategyTerms {
            stages,
            grace_days: self.grace_days,
            retries: self.retries.map(RetryPolicy::from).unwrap_or_default(),
            late_fee,
            promises: self.promises.map_or_else(PromiseTerms::default, |promises| PromiseTerms {
                longest_days: promises.longest_days,
                most: promises.most,
            }),
        };
        if check.is_wrong() {
            return None;
        }
        check.parts(pointer, Strategy::try_new(terms))
    }
}

impl WireStage {
    fn read(self, check: &mut Check, pointer: &str) -> Option<Stage> {
        let WireCondition { days, count, totals } = self.when;
        let totals = amounts(&totals, check, &format!("{pointer}/when/totals"))?;
        Some(Stage {
            name: self.name,
            when: Condition { days, count, totals },
            action: self.action.into(),
            late_fee: self.late_fee,
        })
    }
}

impl WireLateFee {
    fn read(self, check: &mut Check, pointer: &str) -> Option<LateFee> {
        match self {
            Self::Percent { percent, cap } => {
                let at = format!("{pointer}/percent");
                let percent = check.number(&at, &percent, 24, str::parse::<Percent>)?;
                let cap = amounts(&cap, check, &format!("{pointer}/cap"))?;
                Some(LateFee::Percent { percent, cap })
            }
            Self::Fixed { amounts: fixed } => {
                let amounts = amounts(&fixed, check, &format!("{pointer}/amounts"))?;
                Some(LateFee::Fixed { amounts })
            }
        }
    }
}

fn amounts(wire: &[WireMoney], check: &mut Check, pointer: &str) -> Option<Amounts> {
    if wire.len() > MOST_AMOUNTS {
        check.wrong(pointer, "amounts.too_many", "names more amounts than there are currencies");
        return None;
    }
    let read = wire.iter().enumerate();
    let read = read.map(|(at, amount)| amount.read(check, &format!("{pointer}/{at}")));
    let read: Option<Vec<_>> = read.collect();
    check.value(pointer, Amounts::try_new(read?))
}

impl From<WireRetries> for RetryPolicy {
    fn from(wire: WireRetries) -> Self {
        let pace = match wire.schedule.pace {
            WirePace::AfterDays(days) => RetryPace::AfterDays(days),
            WirePace::EveryDays(days) => RetryPace::EveryDays(days),
        };
        let schedule = RetrySchedule { pace, final_day: wire.schedule.final_day };
        Self { schedule, most_tries: wire.most_tries, at_hour: wire.at_hour }
    }
}

impl From<WireAction> for StageAction {
    fn from(wire: WireAction) -> Self {
        match wire {
            WireAction::Remind => Self::Remind,
            WireAction::Warn => Self::Warn,
            WireAction::Block => Self::Block,
            WireAction::Suspend => Self::Suspend,
            WireAction::Terminate => Self::Terminate,
        }
    }
}

impl From<StageAction> for WireAction {
    fn from(action: StageAction) -> Self {
        match action {
            StageAction::Remind => Self::Remind,
            StageAction::Warn => Self::Warn,
            StageAction::Block => Self::Block,
            StageAction::Suspend => Self::Suspend,
            StageAction::Terminate => Self::Terminate,
        }
    }
}

impl From<&Strategy> for WireTerms {
    fn from(strategy: &Strategy) -> Self {
        let terms = strategy.terms();
        let money = |amounts: &Amounts| amounts.iter().map(WireMoney::from).collect();
        let stage = |stage: &Stage| WireStage {
            name: stage.name.clone(),
            when: WireCondition {
                days: stage.when.days,
                count: stage.when.count,
                totals: money(&stage.when.totals),
            },
            action: stage.action.into(),
            late_fee: stage.late_fee,
        };
        let RetryPolicy { schedule, most_tries, at_hour } = &terms.retries;
        let pace = match &schedule.pace {
            RetryPace::AfterDays(days) => WirePace::AfterDays(days.clone()),
            RetryPace::EveryDays(days) => WirePace::EveryDays(*days),
        };
        let schedule = WireSchedule { pace, final_day: schedule.final_day };
        let late_fee = terms.late_fee.as_ref().map(|fee| match fee {
            LateFee::Percent { percent, cap } => {
                WireLateFee::Percent { percent: percent.to_string(), cap: money(cap) }
            }
            LateFee::Fixed { amounts } => WireLateFee::Fixed { amounts: money(amounts) },
        });
        let PromiseTerms { longest_days, most } = terms.promises;
        Self {
            stages: terms.stages.iter().map(stage).collect(),
            grace_days: terms.grace_days,
            retries: Some(WireRetries { schedule, most_tries: *most_tries, at_hour: *at_hour }),
            late_fee,
            promises: Some(WirePromises { longest_days, most }),
        }
    }
}
