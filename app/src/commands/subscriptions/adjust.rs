//! Takes an amount off a billed line of a subscription by a credit note (INV-20).

use async_trait::async_trait;
use billfold_domain::kernel::{Money, SubscriptionId};
use billfold_domain::subscription::{
    AdjustLine, Subscription, SubscriptionCommand, SubscriptionRefusal,
};
use chrono::NaiveDate;
use serde::Serialize;

use super::account::Account;
use super::acting::SubscriptionActed;
use super::billing::Paper;
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Take an amount off a billed line.
#[derive(Clone, Debug, Serialize)]
pub struct AdjustSubscriptionLine {
    /// Of which subscription.
    pub subscription_id: SubscriptionId,
    /// The first day of the line's period.
    pub from: NaiveDate,
    /// How much, before tax; more than nothing, at most what is left of the line.
    pub amount: Money,
    /// Why, 1 to 500 characters; stands on the credit note.
    pub reason: String,
}

#[async_trait]
impl UseCase for AdjustSubscriptionLine {
    const NAME: &'static str = "adjust_subscription_line";
    type Answer = SubscriptionActed;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<SubscriptionActed>, Error> {
        let id = self.subscription_id;
        let known = room.load::<Subscription>(id.uuid()).await?;
        let contract = known.state.0.contract();
        let contract = contract.ok_or_else(|| Refused::of(&SubscriptionRefusal::Absent))?;
        let (client_id, currency) = (contract.client_id, contract.currency);
        let touches = Touches::new(room.tenant).main::<Subscription>(id.uuid());
        let (touches, paper) =
            Paper::lay_out(room, touches, client_id, currency, &[contract]).await?;
        let ask = self.clone();
        Ok(touches.decide(move |table| {
            let account = Account::of(table, client_id)?;
            let contract = table.state::<Subscription>(id.uuid())?.contract();
            let contract = contract.ok_or_else(|| Refused::of(&SubscriptionRefusal::Absent))?;
            let billed = contract.service.billed().iter().rev();
            let line = billed
                .clone()
                .find(|line| line.period.span().from() == ask.from)
                .ok_or_else(|| Refused::of(&SubscriptionRefusal::NoLineFrom { from: ask.from }))?
                .clone();
            let adjust = AdjustLine { line: line.line, amount: ask.amount };
            table.dated(account.today);
            table.decide::<Subscription>(id.uuid(), SubscriptionCommand::Adjust(adjust))?;
            let billing = paper.take_off(table, &line, ask.amount, &ask.reason)?;
            Ok(SubscriptionActed { subscription_id: id, billing: Some(billing) })
        }))
    }
}
