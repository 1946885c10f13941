//! Says which picture is shown beside the name of a person, or none (CLI-04). Its bytes are sealed
//! and stored beforehand.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientCommand, RecordCommand};
use billfold_domain::kernel::ImageHash;
use billfold_domain::staff::{StaffCommand, StaffMember};
use serde::{Deserialize, Serialize};

use super::data_subjects::Person;
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Show another picture of a person.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SetAvatar {
    /// Of whom.
    pub(crate) person: Person,
    /// What tells a request from one with another picture; none takes the picture away.
    pub(crate) digest: Option<String>,
    /// The sealed bytes. They differ each time the same picture is sealed, so they are no part of
    /// what is asked.
    #[serde(skip)]
    pub(crate) avatar: Option<ImageHash>,
}

/// What is shown now, and what was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AvatarSet {
    /// The sealed bytes of the picture that is shown, if one is.
    pub now: Option<ImageHash>,
    /// Those of the one that was shown, which nobody needs any more.
    pub before: Option<ImageHash>,
}

#[async_trait]
impl UseCase for SetAvatar {
    const NAME: &'static str = "set_avatar";
    type Answer = AvatarSet;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<AvatarSet>, Error> {
        let (id, avatar) = (self.person.uuid(), self.avatar);
        let touches = Touches::new(room.tenant);
        Ok(match self.person {
            Person::Client(_) => touches.main::<Client>(id).decide(move |table| {
                let before = shown_of_client(table.state::<Client>(id)?);
                let ask = RecordCommand::SetAvatar { avatar };
                table.decide::<Client>(id, ClientCommand::Record(ask))?;
                Ok(AvatarSet { now: shown_of_client(table.state::<Client>(id)?), before })
            }),
            Person::Staff(_) => touches.main::<StaffMember>(id).decide(move |table| {
                let before = shown_of_staff(table.state::<StaffMember>(id)?);
                table.decide::<StaffMember>(id, StaffCommand::SetAvatar { avatar })?;
                Ok(AvatarSet { now: shown_of_staff(table.state::<StaffMember>(id)?), before })
            }),
        })
    }
}

/// The picture of a client, if one is shown.
pub(crate) fn shown_of_client(client: &Client) -> Option<ImageHash> {
    client.profile().and_then(|profile| profile.avatar)
}

/// The picture of a member of staff, if one is shown.
pub(crate) fn shown_of_staff(member: &StaffMember) -> Option<ImageHash> {
    member.employed().and_then(|employed| employed.avatar)
}
