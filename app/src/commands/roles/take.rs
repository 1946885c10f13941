//! Takes a role back from a member of staff. Nobody takes what they could not give: else whoever
//! may only tend roles could strip those who may do more.

use async_trait::async_trait;
use billfold_domain::kernel::{RoleId, StaffId};
use billfold_domain::role::{Rights, Role, RoleCommand, RoleRefusal};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Take a role from somebody.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TakeRole {
    /// Which role.
    pub role_id: RoleId,
    /// From whom.
    pub staff_id: StaffId,
    /// What the actor may do, as an auth check found it.
    #[serde(skip)]
    pub held: Rights,
}

#[async_trait]
impl UseCase for TakeRole {
    const NAME: &'static str = "take_role";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { role_id, staff_id, held } = *self;
        Ok(Touches::new(room.tenant).main::<Role>(role_id.uuid()).decide(move |table| {
            let facts = table.state::<Role>(role_id.uuid())?.facts();
            if let Some(permission) = facts.and_then(|facts| held.lacks(facts.rights())) {
                return Err(Refused::of(&RoleRefusal::Lacking { permission }).into());
            }
            table.decide::<Role>(role_id.uuid(), RoleCommand::Withdraw { staff_id })?;
            Ok(())
        }))
    }
}
