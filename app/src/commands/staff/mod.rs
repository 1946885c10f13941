//! Use cases about members of staff: add one, change who it is, stop them, let them back in,
//! forget who it was; and who works for a seller (STF-01 to STF-03).

mod add;
mod change;
mod erase;
mod read;
mod resume;
mod stop;

use billfold_domain::kernel::{BlindIndex, KeyClass, Pii, StaffId, SubjectId};
use billfold_domain::staff::StaffProfile;

use super::room::Room;
use crate::error::{Error, Refused};
use crate::vault::{Wanted, field};

pub use add::{AddStaff, StaffAdded};
pub use change::ChangeStaff;
pub use erase::EraseStaff;
pub use read::{Colleague, colleague, colleagues};
pub use resume::ResumeStaff;
pub use stop::StopStaff;

/// Whose data a profile is: a member of staff is one subject.
fn subject_of(staff: StaffId) -> SubjectId {
    SubjectId::new(staff.uuid())
}

/// A profile, checked and sealed, and the blind index of its address.
async fn seal_profile(
    room: &Room<'_>,
    staff: StaffId,
    profile: &StaffProfile,
) -> Result<(Pii<StaffProfile>, BlindIndex), Error> {
    profile.check().map_err(|invalid| Refused::of(&invalid))?;
    let (subject, class) = (subject_of(staff), KeyClass::Operational);
    let wanted = Wanted { subject, class, retain_until: None };
    let ring = room.vault().ring_to_seal(room.tenant, &[wanted], room.now).await?;
    let sealed = ring.seal(subject, class, field::STAFF_PROFILE, profile)?;
    let index = room.vault().email_index(room.tenant, &profile.email, room.now).await?;
    Ok((sealed, index))
}
