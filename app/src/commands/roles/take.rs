//! Takes a role back from a member of staff.

use async_trait::async_trait;
use billfold_domain::kernel::{RoleId, StaffId};
use billfold_domain::role::{Role, RoleCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Take a role from somebody.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TakeRole {
    /// Which role.
    pub role_id: RoleId,
    /// From whom.
    pub staff_id: StaffId,
}

#[async_trait]
impl UseCase for TakeRole {
    const NAME: &'static str = "take_role";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { role_id, staff_id } = *self;
        Ok(Touches::new(room.tenant).main::<Role>(role_id.uuid()).decide(move |table| {
            table.decide::<Role>(role_id.uuid(), RoleCommand::Withdraw { staff_id })?;
            Ok(())
        }))
    }
}
