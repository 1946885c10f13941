//! Which strategy holds for the seller, for a product or for a client.
//!
//! Guarantees: whoever gets one has no other from that moment on; a built-in strategy is written
//! down when it is first chosen, saying what it always says.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::dunning::{
    BuiltIn, DunningStrategy, DunningStrategyCommand, DunningStrategyEvent, Holder,
};
use billfold_domain::kernel::DunningStrategyId;
use billfold_domain::product::{Product, ProductRefusal};
use serde::Serialize;

use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Refused};

/// Let a strategy hold for somebody, instead of the one that did.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ChooseStrategy {
    /// Which.
    pub strategy_id: DunningStrategyId,
    /// For whom.
    pub holder: Holder,
}

#[async_trait]
impl UseCase for ChooseStrategy {
    const NAME: &'static str = "choose_dunning_strategy";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let ask = *self;
        let id = ask.strategy_id.uuid();
        let client = match ask.holder {
            Holder::Client(client) => Some(client),
            Holder::Tenant | Holder::Product(_) => None,
        };
        let strategies = room.arrears().strategies(room.tenant, client).await?;
        let before = strategies.iter().find(|(holder, _)| *holder == ask.holder);
        let before = before.map(|(_, id)| *id).filter(|before| *before != ask.strategy_id);
        let built_in = BuiltIn::by_id(room.tenant, ask.strategy_id);
        let key = ask.holder.to_string();
        let mut touches = Touches::new(room.tenant)
            .main::<DunningStrategy>(id)
            .claims(DunningStrategyEvent::HOLDER_SCOPE, Some(&key))
            .claims(DunningStrategyEvent::CODE_SCOPE, built_in.map(BuiltIn::word));
        if let Some(before) = before {
            touches = touches.reads::<DunningStrategy>(before.uuid());
        }
        Ok(name_holder(touches, ask.holder).decide(move |table| {
            check_holder(table, ask.holder)?;
            let scope = DunningStrategyEvent::HOLDER_SCOPE;
            let holds = table.holder::<DunningStrategy>(scope, &ask.holder.to_string())?;
            if holds.is_some_and(|it| it != id && before.map(DunningStrategyId::uuid) != Some(it)) {
                return Err(No::Stale);
            }
            let absent = *table.state::<DunningStrategy>(id)? == DunningStrategy::Absent;
            if let Some(built_in) = built_in.filter(|_| absent) {
                let (code, name) = (built_in.word().to_owned(), built_in.name().to_owned());
                let strategy = built_in.strategy();
                let define = DunningStrategyCommand::Define { code, name, strategy };
                table.decide::<DunningStrategy>(id, define)?;
            }
            let holder = ask.holder;
            if let Some(before) = before {
                let withdraw = DunningStrategyCommand::Withdraw { holder };
                table.decide::<DunningStrategy>(before.uuid(), withdraw)?;
            }
            table.decide::<DunningStrategy>(id, DunningStrategyCommand::Assign { holder })?;
            Ok(())
        }))
    }
}

/// Names the stream of who holds a strategy.
fn name_holder(touches: Touches, holder: Holder) -> Touches {
    match holder {
        Holder::Tenant => touches,
        Holder::Product(product) => touches.reads::<Product>(product.uuid()),
        Holder::Client(client) => touches.reads::<Client>(client.uuid()),
    }
}

/// Refuses a holder that the seller does not have.
fn check_holder(table: &Table<'_, '_>, holder: Holder) -> Result<(), No> {
    let missing = match holder {
        Holder::Tenant => None,
        Holder::Product(product) => (*table.state::<Product>(product.uuid())? == Product::Absent)
            .then(|| Refused::of(&ProductRefusal::Absent)),
        Holder::Client(client) => (*table.state::<Client>(client.uuid())? == Client::Absent)
            .then(|| Refused::of(&ClientRefusal::Absent)),
    };
    missing.map_or(Ok(()), |refused| Err(refused.at("/holder").into()))
}

/// Let a strategy no longer hold for somebody; the next one up does.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct WithdrawStrategy {
    /// Which.
    pub strategy_id: DunningStrategyId,
    /// For whom.
    pub holder: Holder,
}

#[async_trait]
impl UseCase for WithdrawStrategy {
    const NAME: &'static str = "withdraw_dunning_strategy";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, holder) = (self.strategy_id.uuid(), self.holder);
        let key = holder.to_string();
        let touches = Touches::new(room.tenant)
            .main::<DunningStrategy>(id)
            .claims(DunningStrategyEvent::HOLDER_SCOPE, Some(&key));
        Ok(name_holder(touches, holder).decide(move |table| {
            check_holder(table, holder)?;
            table.decide::<DunningStrategy>(id, DunningStrategyCommand::Withdraw { holder })?;
            Ok(())
        }))
    }
}
