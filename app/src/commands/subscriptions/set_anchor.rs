//! Moves the boundaries of what is not billed yet; billed periods stay (SUB-06).

use async_trait::async_trait;
use billfold_domain::kernel::SubscriptionId;
use billfold_domain::subscription::{Anchor, Contract, SubscriptionCommand};
use chrono::NaiveDate;
use serde::Serialize;

use super::account::Account;
use super::acting::{SubscriptionActed, act};
use crate::commands::{Plan, Room, Table, Touches, UseCase};
use crate::error::Error;

/// Move the billing day.
#[derive(Clone, Debug, Serialize)]
pub struct SetSubscriptionAnchor {
    /// Of which subscription.
    pub subscription_id: SubscriptionId,
    /// What boundaries hold on to from then on.
    pub anchor: Anchor,
    /// The day it counts for; today at the client's place unless given.
    pub on: Option<NaiveDate>,
}

#[async_trait]
impl UseCase for SetSubscriptionAnchor {
    const NAME: &'static str = "set_subscription_anchor";
    type Answer = SubscriptionActed;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<SubscriptionActed>, Error> {
        let anchor = self.anchor;
        let command = move |_table: &Table<'_, '_>, _account: &Account, _contract: &Contract| {
            Ok(SubscriptionCommand::SetAnchor { anchor })
        };
        act(room, Touches::new(room.tenant), self.subscription_id, self.on, command).await
    }
}
