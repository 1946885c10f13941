//! Puts a client in a group, out of the one before if there was one; or in none.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::client_group::{
    ClientGroup, ClientGroupCommand, ClientGroupEvent, ClientGroupRefusal,
};
use billfold_domain::kernel::{ClientGroupId, ClientId};
use serde::{Deserialize, Serialize};

use super::membership::Membership;
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Put a client in a group.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct AssignGroup {
    /// Who.
    pub client_id: ClientId,
    /// Which group; nothing for none.
    pub client_group_id: Option<ClientGroupId>,
}

/// The client is in the group, or in none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupAssigned {
    /// The group before.
    pub before: Option<ClientGroupId>,
}

#[async_trait]
impl UseCase for AssignGroup {
    const NAME: &'static str = "assign_client_group";
    type Answer = GroupAssigned;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<GroupAssigned>, Error> {
        let Self { client_id, client_group_id } = *self;
        let touches = Touches::new(room.tenant).main::<Client>(client_id.uuid());
        let (touches, membership) = Membership::of(room, touches, client_id).await?;
        let mut touches =
            touches.claims(ClientGroupEvent::MEMBER_SCOPE, Some(&client_id.to_string()));
        if let Some(group) = client_group_id {
            touches = touches.reads::<ClientGroup>(group.uuid());
        }
        let before = membership.group();
        Ok(touches.decide(move |table| {
            match table.state::<Client>(client_id.uuid())? {
                Client::Active(_) | Client::Suspended(_) | Client::Inactive(_) => {}
                Client::Absent => return Err(Refused::of(&ClientRefusal::Absent).into()),
                Client::Erased => return Err(Refused::of(&ClientRefusal::Erased).into()),
            }
            let group = client_group_id.map(|group| table.state::<ClientGroup>(group.uuid()));
            if group.transpose()?.is_some_and(|group| group.pricing().is_none()) {
                let absent = Refused::of(&ClientGroupRefusal::Absent);
                return Err(absent.at("/client_group_id").into());
            }
            if before == client_group_id {
                return Ok(GroupAssigned { before });
            }
            if let Some(before) = before {
                let leave = ClientGroupCommand::RemoveMember { client_id };
                table.decide::<ClientGroup>(before.uuid(), leave)?;
            }
            if let Some(group) = client_group_id {
                let join = ClientGroupCommand::AddMember { client_id };
                table.decide::<ClientGroup>(group.uuid(), join)?;
            }
            Ok(GroupAssigned { before })
        }))
    }
}
