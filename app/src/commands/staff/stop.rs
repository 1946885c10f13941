//! Lets a member of staff in no longer, and takes every role they have.
//!
//! Guarantee: both are one append, so that the last admin cannot be stopped, and nobody who was
//! stopped may still do something.

use async_trait::async_trait;
use billfold_domain::kernel::StaffId;
use billfold_domain::role::{Role, RoleCommand, RoleEvent};
use billfold_domain::staff::{StaffCommand, StaffMember};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase, roles};
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
        let mut touches = Touches::new(room.tenant).main::<StaffMember>(staff_id.uuid());
        for role in &roles {
            touches = touches.reads::<Role>(*role);
        }
        Ok(touches.decide(move |table| {
            let stop = StaffCommand::Stop { reason: reason.clone() };
            table.decide::<StaffMember>(staff_id.uuid(), stop)?;
            for role in &roles {
                let facts = table.state::<Role>(*role)?.facts();
                if facts.is_some_and(|facts| facts.holders.contains(&staff_id)) {
                    table.decide::<Role>(*role, RoleCommand::Withdraw { staff_id })?;
                }
            }
            Ok(())
        }))
    }
}
