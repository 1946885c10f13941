//! Assigns somebody to a department, out of the one they were in; and takes them out (SUP-02).
//!
//! Guarantee: both departments change in one append, so that nobody is in two.

use async_trait::async_trait;
use billfold_domain::department::{Department, DepartmentCommand, DepartmentEvent};
use billfold_domain::kernel::{DepartmentId, StaffId};
use billfold_domain::staff::{StaffMember, StaffRefusal};
use serde::Serialize;

use crate::commands::{No, Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Assign somebody to a department.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct AssignToDepartment {
    /// Which.
    pub department_id: DepartmentId,
    /// Whom.
    pub staff_id: StaffId,
}

#[async_trait]
impl UseCase for AssignToDepartment {
    const NAME: &'static str = "assign_to_department";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, staff_id) = (self.department_id.uuid(), self.staff_id);
        let (scope, key) = (DepartmentEvent::MEMBER_SCOPE, DepartmentEvent::member_key(staff_id));
        let before = room.holder(scope, &key).await?;
        let mut touches = Touches::new(room.tenant)
            .main::<Department>(id)
            .reads::<StaffMember>(staff_id.uuid())
            .claims(scope, Some(&key));
        if let Some(before) = before {
            touches = touches.reads::<Department>(before);
        }
        Ok(touches.decide(move |table| {
            if table.holder::<Department>(scope, &key)? != before {
                return Err(No::Stale);
            }
            match table.state::<StaffMember>(staff_id.uuid())? {
                StaffMember::Active(_) => {}
                StaffMember::Stopped(_) => return Err(refused(&StaffRefusal::Stopped)),
                StaffMember::Erased => return Err(refused(&StaffRefusal::Erased)),
                StaffMember::Absent => return Err(refused(&StaffRefusal::Absent)),
            }
            if let Some(before) = before.filter(|before| *before != id) {
                table.decide::<Department>(before, DepartmentCommand::Unassign { staff_id })?;
            }
            table.decide::<Department>(id, DepartmentCommand::Assign { staff_id })?;
            Ok(())
        }))
    }
}

fn refused(refusal: &StaffRefusal) -> No {
    Refused::of(refusal).at("/staff_id").into()
}

/// Take somebody out of a department.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UnassignFromDepartment {
    /// Which.
    pub department_id: DepartmentId,
    /// Whom.
    pub staff_id: StaffId,
}

#[async_trait]
impl UseCase for UnassignFromDepartment {
    const NAME: &'static str = "unassign_from_department";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, staff_id) = (self.department_id.uuid(), self.staff_id);
        let key = DepartmentEvent::member_key(staff_id);
        let touches = Touches::new(room.tenant)
            .main::<Department>(id)
            .claims(DepartmentEvent::MEMBER_SCOPE, Some(&key));
        Ok(touches.decide(move |table| {
            table.decide::<Department>(id, DepartmentCommand::Unassign { staff_id })?;
            Ok(())
        }))
    }
}
