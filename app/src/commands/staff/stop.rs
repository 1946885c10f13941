//! Lets a member of staff in no longer, takes every role they have, and takes them out of their
//! department.
//!
//! Guarantee: all is one append, so that the last admin cannot be stopped, and nobody who was
//! stopped may still do something or is given work.

use async_trait::async_trait;
use billfold_domain::department::{Department, DepartmentCommand, DepartmentEvent};
use billfold_domain::kernel::StaffId;
use billfold_domain::role::{Role, RoleCommand, RoleEvent};
use billfold_domain::staff::{StaffCommand, StaffMember};
use serde::Serialize;

use crate::commands::{No, Plan, Room, Touches, UseCase, roles};
use crate::error::Error;

/// Stop a member of staff.
#[derive(Clone, Debug, Serialize)]
pub struct StopStaff {
    /// Whom.
    pub staff_id: StaffId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for StopStaff {
    const NAME: &'static str = "stop_staff";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (staff_id, reason) = (self.staff_id, self.reason.clone());
        let own = room.holders(RoleEvent::NAME_SCOPE, "").await?;
        let roles = roles::ids(room.tenant, own);
        let (scope, key) = (DepartmentEvent::MEMBER_SCOPE, DepartmentEvent::member_key(staff_id));
        let department = room.holder(scope, &key).await?;
        let mut touches = Touches::new(room.tenant)
            .main::<StaffMember>(staff_id.uuid())
            .claims(scope, Some(&key));
        if let Some(department) = department {
            touches = touches.reads::<Department>(department);
        }
        for role in &roles {
            touches = touches.reads::<Role>(*role);
        }
        Ok(touches.decide(move |table| {
            if table.holder::<Department>(scope, &key)? != department {
                return Err(No::Stale);
            }
            let stop = StaffCommand::Stop { reason: reason.clone() };
            table.decide::<StaffMember>(staff_id.uuid(), stop)?;
            for role in &roles {
                let facts = table.state::<Role>(*role)?.facts();
                if facts.is_some_and(|facts| facts.holders.contains(&staff_id)) {
                    table.decide::<Role>(*role, RoleCommand::Withdraw { staff_id })?;
                }
            }
            if let Some(department) = department {
                table.decide::<Department>(department, DepartmentCommand::Unassign { staff_id })?;
            }
            Ok(())
        }))
    }
}
