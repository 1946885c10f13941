//! Takes back a change of terms that has not come yet (SUB-08).

use async_trait::async_trait;
use billfold_domain::kernel::SubscriptionId;
use billfold_domain::subscription::{Contract, SubscriptionCommand};
use chrono::NaiveDate;
use serde::Serialize;

use super::account::Account;
use super::acting::{SubscriptionActed, act};
use crate::commands::{Plan, Room, Table, Touches, UseCase};
use crate::error::Error;

/// Take back a change that has not come yet.
#[derive(Clone, Debug, Serialize)]
pub struct WithdrawSubscriptionChange {
    /// Of which subscription.
    pub subscription_id: SubscriptionId,
    /// The day; today at the client's place unless given, not in the future.
    pub on: Option<NaiveDate>,
}

#[async_trait]
impl UseCase for WithdrawSubscriptionChange {
    const NAME: &'static str = "withdraw_subscription_change";
    type Answer = SubscriptionActed;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<SubscriptionActed>, Error> {
        let touches = Touches::new(room.tenant);
        let command = |_table: &Table<'_, '_>, _account: &Account, _contract: &Contract| {
            Ok(SubscriptionCommand::WithdrawChange)
        };
        act(room, touches, self.subscription_id, self.on, command).await
    }
}
