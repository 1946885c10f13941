//! What may happen to a member of staff in which state.

use super::{Employed, StaffCommand, StaffEvent, StaffMember, StaffProfile, StaffRefusal};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::check_line;
use crate::kernel::{Aggregate, BlindIndex, ImageHash, Issued, Pii};

impl Aggregate for StaffMember {
    const TYPE: &'static str = "staff_member";
    type Command = StaffCommand;
    type Event = StaffEvent;
    type Refusal = StaffRefusal;

    fn decide(&self, ask: &Issued<StaffCommand>) -> Decision {
        use StaffCommand as Ask;
        match (self, &ask.command) {
            (Self::Absent, Ask::Add { profile, email_index }) => {
                let (profile, email_index) = (profile.clone(), email_index.clone());
                Ok(vec![StaffEvent::Added { profile, email_index }])
            }
            (Self::Absent, _) => Err(StaffRefusal::Absent),
            (Self::Erased, _) => Err(StaffRefusal::Erased),
            (_, Ask::Add { .. }) => Err(StaffRefusal::AlreadyAdded),
            (
                Self::Active(employed) | Self::Stopped(employed),
                Ask::Change { profile, email_index },
            ) => Ok(change(employed, profile, email_index)),
            (Self::Active(employed) | Self::Stopped(employed), Ask::SetAvatar { avatar }) => {
                Ok(show(employed, *avatar))
            }
            (Self::Active(_), Ask::Stop { reason }) => {
                check_line("reason", reason, 500)?;
                Ok(vec![StaffEvent::Stopped { reason: reason.clone() }])
            }
            (Self::Stopped(_), Ask::Stop { .. }) => Err(StaffRefusal::Stopped),
            (Self::Stopped(_), Ask::Resume) => Ok(vec![StaffEvent::Resumed {}]),
            (Self::Active(_), Ask::Resume | Ask::Erase { .. }) => Err(StaffRefusal::Active),
            (Self::Stopped(employed), Ask::Erase { reason }) => {
                check_line("reason", reason, 500)?;
                let email_index = employed.email_index.clone();
                Ok(vec![StaffEvent::Erased { reason: reason.clone(), email_index }])
            }
        }
    }

    fn apply(&mut self, event: &StaffEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let sealed = self.employed().map_or(0, |employed| employed.profile.sealed().len());
        size_of::<Self>().saturating_add(sealed)
    }
}

bridge_to_cqrs_es!(StaffMember);

type Decision = Result<Vec<StaffEvent>, StaffRefusal>;

fn change(
    employed: &Employed,
    profile: &Pii<StaffProfile>,
    email_index: &BlindIndex,
) -> Vec<StaffEvent> {
    if employed.profile == *profile && employed.email_index == *email_index {
        return Vec::new();
    }
    vec![StaffEvent::Changed {
        profile: profile.clone(),
        email_index_before: employed.email_index.clone(),
        email_index: email_index.clone(),
    }]
}

fn show(employed: &Employed, avatar: Option<ImageHash>) -> Vec<StaffEvent> {
    if employed.avatar == avatar {
        return Vec::new();
    }
    vec![StaffEvent::AvatarSet { avatar }]
}
