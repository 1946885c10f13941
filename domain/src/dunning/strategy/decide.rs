//! What may happen to a dunning strategy in which state.

use crate::dunning::strategy::{
    DefinedStrategy, DunningStrategy, DunningStrategyCommand, DunningStrategyEvent, Holder,
    Strategy, StrategyRefusal,
};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_key, check_line};
use crate::kernel::{Aggregate, Invalid, Issued};

/// For how many a strategy may hold; more are better served by the seller's own.
const HOLDER_LIMIT: usize = 10_000;

type Decided = Result<Vec<DunningStrategyEvent>, StrategyRefusal>;

impl Aggregate for DunningStrategy {
    const TYPE: &'static str = "dunning_strategy";
    type Command = DunningStrategyCommand;
    type Event = DunningStrategyEvent;
    type Refusal = StrategyRefusal;

    fn decide(&self, ask: &Issued<DunningStrategyCommand>) -> Decided {
        use DunningStrategyCommand as Ask;
        match (self, &ask.command) {
            (Self::Absent, Ask::Define { code, name, strategy }) => define(code, name, strategy),
            (Self::Active(known), Ask::Define { code, name, strategy }) => {
                define_again(known, code, name, strategy)
            }
            (Self::Absent, _) => Err(StrategyRefusal::Absent),
            (Self::Active(known), Ask::Revise { strategy }) => Ok(revise(known, strategy)),
            (Self::Active(known), Ask::Assign { holder }) => assign(known, *holder),
            (Self::Active(known), Ask::Withdraw { holder }) => Ok(withdraw(known, *holder)),
            (Self::Active(known), Ask::Retire) => match known.holders.len() {
                0 => Ok(vec![DunningStrategyEvent::Retired { on: ask.effective_on }]),
                holders => Err(StrategyRefusal::StillHeld { holders }),
            },
            (Self::Retired(_), Ask::Retire) => Ok(Vec::new()),
            (Self::Retired(known), _) => Err(StrategyRefusal::Retired { code: known.code.clone() }),
        }
    }

    fn apply(&mut self, event: &DunningStrategyEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let more = self.defined().map_or(0, |defined| {
            let holders = defined.holders.len().saturating_mul(size_of::<Holder>());
            defined.strategy.weight().saturating_add(holders)
        });
        size_of::<Self>().saturating_add(more)
    }
}

bridge_to_cqrs_es!(DunningStrategy);

fn define(code: &str, name: &str, strategy: &Strategy) -> Decided {
    Invalid::gather([check_key("code", code), check_line("name", name, 200)])?;
    Ok(vec![DunningStrategyEvent::Defined {
        code: code.to_owned(),
        name: name.to_owned(),
        strategy: strategy.clone(),
    }])
}

/// Defining twice is once as long as it says the same.
fn define_again(known: &DefinedStrategy, code: &str, name: &str, strategy: &Strategy) -> Decided {
    if known.code == code && known.name == name && known.strategy == *strategy {
        return Ok(Vec::new());
    }
    Err(StrategyRefusal::AlreadyDefined { code: known.code.clone() })
}

fn revise(known: &DefinedStrategy, strategy: &Strategy) -> Vec<DunningStrategyEvent> {
    if known.strategy == *strategy {
        return Vec::new();
    }
    let version = known.version.saturating_add(1);
    vec![DunningStrategyEvent::Revised { version, strategy: strategy.clone() }]
}

fn assign(known: &DefinedStrategy, holder: Holder) -> Decided {
    if known.holders.contains(&holder) {
        return Ok(Vec::new());
    }
    if known.holders.len() >= HOLDER_LIMIT {
        return Err(StrategyRefusal::TooManyHolders { limit: HOLDER_LIMIT });
    }
    Ok(vec![DunningStrategyEvent::Assigned { holder }])
}

fn withdraw(known: &DefinedStrategy, holder: Holder) -> Vec<DunningStrategyEvent> {
    if known.holders.contains(&holder) {
        return vec![DunningStrategyEvent::Withdrawn { holder }];
    }
    Vec::new()
}
