//! Bills what is due of subscriptions of one client on one document.

use async_trait::async_trait;
use billfold_domain::kernel::{ClientId, Currency, SubscriptionId};
use billfold_domain::subscription::Subscription;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::billing::{Billing, Paper};
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Bill what is due.
#[derive(Clone, Debug, Serialize)]
pub struct BillAccount {
    /// Whose subscriptions.
    pub client_id: ClientId,
    /// In which currency they are.
    pub currency: Currency,
    /// Which; a subscription of which nothing is due adds nothing.
    pub subscriptions: Vec<SubscriptionId>,
    /// The last day of what is due; today at the client's place unless given.
    pub through: Option<NaiveDate>,
}

/// What was due is billed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountBilled {
    /// What it came to; nothing if nothing was due.
    pub billing: Option<Billing>,
}

#[async_trait]
impl UseCase for BillAccount {
    const NAME: &'static str = "bill_account";
    type Answer = AccountBilled;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<AccountBilled>, Error> {
        let mut touches = Touches::new(room.tenant);
        let mut known = Vec::with_capacity(self.subscriptions.len());
        for id in &self.subscriptions {
            touches = touches.reads::<Subscription>(id.uuid());
            known.push(room.load::<Subscription>(id.uuid()).await?);
        }
        let contracts: Vec<_> =
            known.iter().filter_map(|loaded| loaded.state.0.contract()).collect();
        let (touches, paper) =
            Paper::lay_out(room, touches, self.client_id, self.currency, &contracts).await?;
        let ask = self.clone();
        Ok(touches.decide(move |table| {
            let account = Account::of(table, ask.client_id)?;
            let through = ask.through.unwrap_or(account.today);
            let billing = paper.bill(table, &account, &ask.subscriptions, through)?;
            Ok(AccountBilled { billing })
        }))
    }
}
