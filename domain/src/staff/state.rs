//! What is known of a member of staff.

use serde::{Deserialize, Serialize};

use super::{StaffEvent, StaffProfile};
use crate::kernel::{BlindIndex, ImageHash, Pii};

/// A member of staff.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffMember {
    /// Nobody under this id.
    #[default]
    Absent,
    /// They may sign in.
    Active(Employed),
    /// They may not.
    Stopped(Employed),
    /// Nobody knows any more who it was.
    Erased,
}

/// Who it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Employed {
    /// Name and address, sealed.
    pub profile: Pii<StaffProfile>,
    /// Index of the address they sign in with.
    pub email_index: BlindIndex,
    /// The picture beside the name, by the hash of its sealed bytes.
    #[serde(default)]
    pub avatar: Option<ImageHash>,
}

impl StaffMember {
    /// Who it is, once somebody was added and until they are erased.
    pub fn employed(&self) -> Option<&Employed> {
        match self {
            Self::Absent | Self::Erased => None,
            Self::Active(employed) | Self::Stopped(employed) => Some(employed),
        }
    }

    pub(super) fn take(&mut self, event: &StaffEvent) {
        match (&mut *self, event) {
            (this, StaffEvent::Added { profile, email_index }) => {
                let (profile, email_index) = (profile.clone(), email_index.clone());
                *this = Self::Active(Employed { profile, email_index, avatar: None });
            }
            (Self::Absent | Self::Erased, _) => {}
            (
                Self::Active(employed) | Self::Stopped(employed),
                StaffEvent::Changed { profile, email_index, .. },
            ) => {
                employed.profile = profile.clone();
                employed.email_index = email_index.clone();
            }
            (
                Self::Active(employed) | Self::Stopped(employed),
                StaffEvent::AvatarSet { avatar },
            ) => employed.avatar = *avatar,
            (this @ Self::Active(_), StaffEvent::Stopped { .. }) => this.turn(Self::Stopped),
            (this @ Self::Stopped(_), StaffEvent::Resumed {}) => this.turn(Self::Active),
            (this @ Self::Stopped(_), StaffEvent::Erased { .. }) => *this = Self::Erased,
            (Self::Active(_), StaffEvent::Resumed {} | StaffEvent::Erased { .. })
            | (Self::Stopped(_), StaffEvent::Stopped { .. }) => {}
        }
    }

    fn turn(&mut self, into: fn(Employed) -> Self) {
        if let Self::Active(employed) | Self::Stopped(employed) = std::mem::take(self) {
            *self = into(employed);
        }
    }
}
