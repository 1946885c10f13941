//! Forgets who a member of staff was: the event first, then the keys and every way in. What they
//! did stays theirs under an id without a name.
//!
//! Guarantee: a crash between event and keys is repaired by asking again, with the same key or
//! another, because somebody who is erased already leads to no event and to the destruction of what
//! is left.

use async_trait::async_trait;
use billfold_domain::kernel::{BlindIndex, StaffId};
use billfold_domain::staff::{StaffCommand, StaffEvent, StaffMember};
use serde::Serialize;

use super::subject_of;
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;
use crate::ports::SubjectRef;

/// Erase the personal data of a member of staff who was stopped.
#[derive(Clone, Debug, Serialize)]
pub struct EraseStaff {
    /// Whose.
    pub staff_id: StaffId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for EraseStaff {
    const NAME: &'static str = "erase_staff";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, reason) = (self.staff_id.uuid(), self.reason.clone());
        let known = room.load::<StaffMember>(id).await?;
        let index = known.state.0.employed().map(|employed| employed.email_index.clone());
        let version = known.version;
        let touches = Touches::new(room.tenant)
            .main::<StaffMember>(id)
            .claims(StaffEvent::EMAIL_SCOPE, index.as_ref().map(BlindIndex::as_str))
            .at_rest();
        Ok(touches.decide(move |table| {
            table.unmoved::<StaffMember>(id, version)?;
            if *table.state::<StaffMember>(id)? != StaffMember::Erased {
                let erase = StaffCommand::Erase { reason: reason.clone() };
                table.decide::<StaffMember>(id, erase)?;
            }
            Ok(())
        }))
    }

    async fn after(&self, room: &Room<'_>, (): &()) -> Result<(), Error> {
        let today = room.settings().await?.day_of(room.now);
        let of = SubjectRef { tenant: room.tenant, subject: subject_of(self.staff_id) };
        room.vault().erase(of, today, room.now).await?;
        room.forget::<StaffMember>(self.staff_id.uuid());
        Ok(())
    }
}
