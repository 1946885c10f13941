//! Sets whose prices members of a group pay from now on; what was sold keeps its price.

use async_trait::async_trait;
use billfold_domain::client_group::{ClientGroup, ClientGroupCommand};
use billfold_domain::kernel::ClientGroupId;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Set a group's tier of prices.
#[derive(Clone, Debug, Serialize)]
pub struct SetGroupTier {
    /// Of which group.
    pub client_group_id: ClientGroupId,
    /// The tier's key; nothing for the list price.
    pub tier: Option<String>,
}

#[async_trait]
impl UseCase for SetGroupTier {
    const NAME: &'static str = "set_group_tier";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, tier) = (self.client_group_id.uuid(), self.tier.clone());
        Ok(Touches::new(room.tenant).main::<ClientGroup>(id).decide(move |table| {
            let tier = tier.clone();
            table.decide::<ClientGroup>(id, ClientGroupCommand::SetPriceTier { tier })?;
            Ok(())
        }))
    }
}
