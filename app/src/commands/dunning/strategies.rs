//! A seller's own strategies: defined, revised, retired. The built-in ones stay as they are.

use async_trait::async_trait;
use billfold_domain::dunning::{
    BuiltIn, DunningStrategy, DunningStrategyCommand, DunningStrategyEvent, Strategy,
};
use billfold_domain::kernel::{DunningStrategyId, TenantId};
use serde::{Deserialize, Serialize};

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Kind, Refused};

/// Write down a strategy of one's own.
#[derive(Clone, Debug, Serialize)]
pub struct DefineStrategy {
    /// The id to use; a new one unless given.
    pub strategy_id: Option<DunningStrategyId>,
    /// Unique name for machines: lower case letters, digits, `_` and `-`, at most 40; none of the
    /// built-in ones.
    pub code: String,
    /// Name for people, 1 to 200 characters.
    pub name: String,
    /// What it says.
    pub strategy: Strategy,
}

/// The strategy is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrategyDefined {
    /// Its id.
    pub strategy_id: DunningStrategyId,
}

#[async_trait]
impl UseCase for DefineStrategy {
    const NAME: &'static str = "define_dunning_strategy";
    type Answer = StrategyDefined;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<StrategyDefined>, Error> {
        if BuiltIn::ALL.iter().any(|built_in| built_in.word() == self.code) {
            let detail = format!("{} is the code of a built-in strategy", self.code);
            let refused = Refused::new("dunning_strategy.code_taken", Kind::Rule, detail);
            return Err(refused.at("/code").into());
        }
        let id = self.strategy_id.unwrap_or_else(|| DunningStrategyId::new(room.mint()));
        refuse_built_in(room.tenant, id)?;
        let ask = self.clone();
        let touches = Touches::new(room.tenant)
            .main::<DunningStrategy>(id.uuid())
            .claims(DunningStrategyEvent::CODE_SCOPE, Some(&self.code));
        Ok(touches.decide(move |table| {
            let define = DunningStrategyCommand::Define {
                code: ask.code.clone(),
                name: ask.name.clone(),
                strategy: ask.strategy.clone(),
            };
            table.decide::<DunningStrategy>(id.uuid(), define)?;
            Ok(StrategyDefined { strategy_id: id })
        }))
    }
}

/// Say something else for cases opened from now on.
#[derive(Clone, Debug, Serialize)]
pub struct ReviseStrategy {
    /// Which.
    pub strategy_id: DunningStrategyId,
    /// What it says.
    pub strategy: Strategy,
}

#[async_trait]
impl UseCase for ReviseStrategy {
    const NAME: &'static str = "revise_dunning_strategy";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        refuse_built_in(room.tenant, self.strategy_id)?;
        let (id, strategy) = (self.strategy_id.uuid(), self.strategy.clone());
        Ok(Touches::new(room.tenant).main::<DunningStrategy>(id).decide(move |table| {
            let revise = DunningStrategyCommand::Revise { strategy: strategy.clone() };
            table.decide::<DunningStrategy>(id, revise)?;
            Ok(())
        }))
    }
}

/// Use a strategy no longer, once it holds for nobody.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RetireStrategy {
    /// Which.
    pub strategy_id: DunningStrategyId,
}

#[async_trait]
impl UseCase for RetireStrategy {
    const NAME: &'static str = "retire_dunning_strategy";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        refuse_built_in(room.tenant, self.strategy_id)?;
        let id = self.strategy_id.uuid();
        Ok(Touches::new(room.tenant).main::<DunningStrategy>(id).decide(move |table| {
            table.decide::<DunningStrategy>(id, DunningStrategyCommand::Retire)?;
            Ok(())
        }))
    }
}

fn refuse_built_in(tenant: TenantId, id: DunningStrategyId) -> Result<(), Refused> {
    match BuiltIn::by_id(tenant, id) {
        None => Ok(()),
        Some(built_in) => {
            let detail = format!("{built_in} is built in and never changes, define your own");
            Err(Refused::new("dunning_strategy.built_in", Kind::State, detail))
        }
    }
}
