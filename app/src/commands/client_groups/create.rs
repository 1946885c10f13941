//! Makes a group of clients, with its discount and tier if they are known.

use async_trait::async_trait;
use billfold_domain::client_group::{ClientGroup, ClientGroupCommand, ClientGroupEvent};
use billfold_domain::kernel::{ClientGroupId, Percent};
use serde::{Deserialize, Serialize};

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Create a group.
#[derive(Clone, Debug, Serialize)]
pub struct CreateGroup {
    /// The id to use; a new one unless given.
    pub client_group_id: Option<ClientGroupId>,
    /// Unique name for machines: lower case letters, digits, `_` and `-`, at most 40.
    pub code: String,
    /// Name for people, 1 to 200 characters.
    pub name: String,
    /// What members pay less, at most 100 %.
    pub discount: Option<Percent>,
    /// Whose prices members pay; the list price unless given.
    pub tier: Option<String>,
}

/// The group is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupCreated {
    /// Its id.
    pub client_group_id: ClientGroupId,
}

#[async_trait]
impl UseCase for CreateGroup {
    const NAME: &'static str = "create_client_group";
    type Answer = GroupCreated;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<GroupCreated>, Error> {
        let new = || ClientGroupId::new(room.mint());
        let client_group_id = self.client_group_id.unwrap_or_else(new);
        let ask = self.clone();
        let touches = Touches::new(room.tenant)
            .begins::<ClientGroup>(client_group_id.uuid())
            .claims(ClientGroupEvent::CODE_SCOPE, Some(&self.code));
        Ok(touches.decide(move |table| {
            let id = client_group_id.uuid();
            let (code, name) = (ask.code.clone(), ask.name.clone());
            table.decide::<ClientGroup>(id, ClientGroupCommand::Create { code, name })?;
            if let Some(discount) = ask.discount {
                table.decide::<ClientGroup>(id, ClientGroupCommand::SetDiscount { discount })?;
            }
            if ask.tier.is_some() {
                let tier = ClientGroupCommand::SetPriceTier { tier: ask.tier.clone() };
                table.decide::<ClientGroup>(id, tier)?;
            }
            Ok(GroupCreated { client_group_id })
        }))
    }
}
