//! Lets a member of staff in again; the roles they had are given anew.

use async_trait::async_trait;
use billfold_domain::kernel::StaffId;
use billfold_domain::staff::{StaffCommand, StaffMember};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Let somebody in again.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ResumeStaff {
    /// Whom.
    pub staff_id: StaffId,
}

#[async_trait]
impl UseCase for ResumeStaff {
    const NAME: &'static str = "resume_staff";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.staff_id.uuid();
        Ok(Touches::new(room.tenant).main::<StaffMember>(id).decide(move |table| {
            table.decide::<StaffMember>(id, StaffCommand::Resume)?;
            Ok(())
        }))
    }
}
