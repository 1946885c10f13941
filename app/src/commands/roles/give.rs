//! Gives a role to a member of staff. A built-in role begins with the first who has it.

use async_trait::async_trait;
use billfold_domain::kernel::{RoleId, StaffId};
use billfold_domain::role::{Rights, Role, RoleCommand};
use billfold_domain::staff::{StaffMember, StaffRefusal};
use serde::Serialize;

use super::system_role;
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Refused};

/// Give a role to somebody.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct GiveRole {
    /// Which role.
    pub role_id: RoleId,
    /// To whom.
    pub staff_id: StaffId,
    /// What the actor may do, as an auth check found it.
    #[serde(skip)]
    pub held: Rights,
}

#[async_trait]
impl UseCase for GiveRole {
    const NAME: &'static str = "give_role";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { role_id, staff_id, held } = *self;
        let touches = Touches::new(room.tenant)
            .main::<Role>(role_id.uuid())
            .reads::<StaffMember>(staff_id.uuid());
        Ok(touches.decide(move |table| match table.state::<StaffMember>(staff_id.uuid())? {
            StaffMember::Active(_) => give(table, role_id, staff_id, held),
            StaffMember::Stopped(_) => Err(refused(&StaffRefusal::Stopped)),
            StaffMember::Erased => Err(refused(&StaffRefusal::Erased)),
            StaffMember::Absent => Err(refused(&StaffRefusal::Absent)),
        }))
    }
}

fn refused(refusal: &StaffRefusal) -> No {
    Refused::of(refusal).at("/staff_id").into()
}

/// Gives a role that the decision reads to somebody who may have one.
pub(in crate::commands) fn give(
    table: &mut Table<'_, '_>,
    role_id: RoleId,
    staff_id: StaffId,
    held: Rights,
) -> Result<(), No> {
    let system = system_role(table.tenant(), role_id);
    if let (Some(system), Role::Absent) = (system, table.state::<Role>(role_id.uuid())?) {
        table.decide::<Role>(role_id.uuid(), RoleCommand::Establish { system })?;
    }
    table.decide::<Role>(role_id.uuid(), RoleCommand::Assign { staff_id, held })?;
    Ok(())
}
