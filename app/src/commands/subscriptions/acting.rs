//! Something happens to a subscription, and what follows from it is billed at once.

use billfold_domain::kernel::SubscriptionId;
use billfold_domain::subscription::{
    Contract, Subscription, SubscriptionCommand, SubscriptionRefusal,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::billing::{Billing, Outcome, Paper};
use super::coupons::release_unused;
use crate::commands::{No, Plan, Room, Table, Touches};
use crate::error::{Error, Kind, Refused};

/// It happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionActed {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// What was billed or given back with it.
    pub billing: Option<Billing>,
}

/// What happens, told from the account and the contract as they stand under the lock.
pub(super) trait Act: Send + Sync + 'static {
    /// The request to the subscription.
    fn command(
        &self,
        table: &Table<'_, '_>,
        account: &Account,
        contract: &Contract,
    ) -> Result<SubscriptionCommand, No>;
}

impl<F> Act for F
where
    F: Fn(&Table<'_, '_>, &Account, &Contract) -> Result<SubscriptionCommand, No>
        + Send
        + Sync
        + 'static,
{
    fn command(
        &self,
        table: &Table<'_, '_>,
        account: &Account,
        contract: &Contract,
    ) -> Result<SubscriptionCommand, No> {
        self(table, account, contract)
    }
}

/// Prepares an act on a subscription on a day, which is not to come; today at the client's place
/// unless given.
pub(super) async fn act(
    room: &Room<'_>,
    touches: Touches,
    id: SubscriptionId,
    on: Option<NaiveDate>,
    act: impl Act,
) -> Result<Plan<SubscriptionActed>, Error> {
    let known = room.load::<Subscription>(id.uuid()).await?;
    let contract = known.state.0.contract();
    let contract = contract.ok_or_else(|| Refused::of(&SubscriptionRefusal::Absent))?;
    let (client_id, currency) = (contract.client_id, contract.currency);
    let touches = touches.main::<Subscription>(id.uuid());
    let (touches, paper) = Paper::lay_out(room, touches, client_id, currency, &[contract]).await?;
    Ok(touches.decide(move |table| {
        let account = Account::of(table, client_id)?;
        let contract = table.state::<Subscription>(id.uuid())?.contract();
        let contract = contract.ok_or_else(|| Refused::of(&SubscriptionRefusal::Absent))?;
        let command = act.command(table, &account, contract)?;
        let day = on.unwrap_or(account.today);
        if day > account.today {
            let detail = format!("{day} is to come, it is {} at the client's place", account.today);
            return Err(Refused::new("subscription.in_future", Kind::Rule, detail)
                .at("/on")
                .into());
        }
        table.dated(day);
        table.decide::<Subscription>(id.uuid(), command)?;
        let Outcome { billing, .. } = paper.bill(table, &account, &[id], account.today)?;
        release_unused(table, id, &account)?;
        Ok(SubscriptionActed { subscription_id: id, billing })
    }))
}
