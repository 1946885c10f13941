//! Ends a service: at once, when what is billed has run out, or on a day (SUB-09).

use async_trait::async_trait;
use billfold_domain::kernel::SubscriptionId;
use billfold_domain::subscription::{CancelAt, Contract, SubscriptionCommand};
use chrono::NaiveDate;
use serde::Serialize;

use super::account::Account;
use super::acting::{SubscriptionActed, act};
use crate::commands::{Plan, Room, Table, Touches, UseCase};
use crate::error::Error;

/// End a subscription.
#[derive(Clone, Debug, Serialize)]
pub struct CancelSubscription {
    /// Which.
    pub subscription_id: SubscriptionId,
    /// When it ends.
    pub at: CancelAt,
    /// The day it counts for; today at the client's place unless given.
    pub on: Option<NaiveDate>,
}

#[async_trait]
impl UseCase for CancelSubscription {
    const NAME: &'static str = "cancel_subscription";
    type Answer = SubscriptionActed;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<SubscriptionActed>, Error> {
        let at = self.at;
        let command = move |_table: &Table<'_, '_>, account: &Account, _contract: &Contract| {
            Ok(SubscriptionCommand::Cancel { at, rules: account.rules })
        };
        act(room, Touches::new(room.tenant), self.subscription_id, self.on, command).await
    }
}
