//! Takes back an end that has not come yet (SUB-10).

use async_trait::async_trait;
use billfold_domain::kernel::SubscriptionId;
use billfold_domain::subscription::{Contract, SubscriptionCommand};
use chrono::NaiveDate;
use serde::Serialize;

use super::account::Account;
use super::acting::{SubscriptionActed, act};
use crate::commands::{Plan, Room, Table, Touches, UseCase};
use crate::error::Error;

/// Let a subscription go on.
#[derive(Clone, Debug, Serialize)]
pub struct WithdrawCancellation {
    /// Which.
    pub subscription_id: SubscriptionId,
    /// The day it counts for; today at the client's place unless given.
    pub on: Option<NaiveDate>,
}

#[async_trait]
impl UseCase for WithdrawCancellation {
    const NAME: &'static str = "withdraw_cancellation";
    type Answer = SubscriptionActed;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<SubscriptionActed>, Error> {
        let touches = Touches::new(room.tenant);
        let command = |_table: &Table<'_, '_>, _account: &Account, _contract: &Contract| {
            Ok(SubscriptionCommand::WithdrawCancellation)
        };
        act(room, touches, self.subscription_id, self.on, command).await
    }
}
