//! Says anew who a member of staff is.

use async_trait::async_trait;
use billfold_domain::kernel::{BlindIndex, StaffId};
use billfold_domain::staff::{StaffCommand, StaffEvent, StaffMember, StaffProfile, StaffRefusal};
use serde::Serialize;

use super::seal_profile;
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Change who somebody is.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeStaff {
    /// Whose.
    pub staff_id: StaffId,
    /// Who it is, all of it.
    pub profile: StaffProfile,
}

#[async_trait]
impl UseCase for ChangeStaff {
    const NAME: &'static str = "change_staff";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.staff_id.uuid();
        let known = room.load::<StaffMember>(id).await?;
        let version = known.version;
        let Some(employed) = known.state.0.employed() else {
            return Err(Refused::of(&StaffRefusal::Absent).into());
        };
        let previous = employed.email_index.clone();
        let (profile, email_index) = seal_profile(room, self.staff_id, &self.profile).await?;
        let touches = Touches::new(room.tenant)
            .main::<StaffMember>(id)
            .claims(StaffEvent::EMAIL_SCOPE, Some(BlindIndex::as_str(&previous)))
            .claims(StaffEvent::EMAIL_SCOPE, Some(email_index.as_str()));
        Ok(touches.decide(move |table| {
            table.unmoved::<StaffMember>(id, version)?;
            let (profile, email_index) = (profile.clone(), email_index.clone());
            table.decide::<StaffMember>(id, StaffCommand::Change { profile, email_index })?;
            Ok(())
        }))
    }
}
