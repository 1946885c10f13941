//! What can have happened to a member of staff.

use serde::{Deserialize, Serialize};

use super::StaffProfile;
use crate::kernel::aggregate::name_events;
use crate::kernel::{BlindIndex, Claim, EventBody, ImageHash, Pii};

/// A fact about a member of staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffEvent {
    /// Somebody works here.
    Added {
        /// Who it is.
        profile: Pii<StaffProfile>,
        /// Index of the address they sign in with.
        email_index: BlindIndex,
    },
    /// Who it is was said anew.
    Changed {
        /// Who it is.
        profile: Pii<StaffProfile>,
        /// Index of the address they signed in with.
        email_index_before: BlindIndex,
        /// Index of the address they sign in with.
        email_index: BlindIndex,
    },
    /// Another picture is shown beside the name, or none.
    AvatarSet {
        /// The picture, by the hash of its sealed bytes; nothing if none is shown.
        avatar: Option<ImageHash>,
    },
    /// They are let in no longer.
    Stopped {
        /// Why.
        reason: String,
    },
    /// They are let in again.
    Resumed {},
    /// Who it was is forgotten: the key of their name and address is destroyed.
    Erased {
        /// Why.
        reason: String,
        /// Index of the address they signed in with, which is free again.
        email_index: BlindIndex,
    },
}

name_events!(StaffEvent {
    Added => "staff_member.added" v "1",
    Changed => "staff_member.changed" v "1",
    AvatarSet => "staff_member.avatar_set" v "1",
    Stopped => "staff_member.stopped" v "1",
    Resumed => "staff_member.resumed" v "1",
    Erased => "staff_member.erased" v "1",
});

impl StaffEvent {
    /// Scope of the claim on the address somebody signs in with.
    pub const EMAIL_SCOPE: &'static str = "staff_member.email";
    /// Code of the refusal of an address that belongs to somebody.
    pub const EMAIL_TAKEN: &'static str = "staff_member.email_taken";
}

impl EventBody for StaffEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn claims(&self) -> Vec<Claim> {
        let scope = Self::EMAIL_SCOPE;
        let take = |key: &BlindIndex| Claim::Take { scope, key: key.as_str().to_owned() };
        let release = |key: &BlindIndex| Claim::Release { scope, key: key.as_str().to_owned() };
        match self {
            Self::Added { email_index, .. } => vec![take(email_index)],
            Self::Changed { email_index_before: before, email_index, .. }
                if before != email_index =>
            {
                vec![release(before), take(email_index)]
            }
            Self::Erased { email_index, .. } => vec![release(email_index)],
            Self::Changed { .. }
            | Self::AvatarSet { .. }
            | Self::Stopped { .. }
            | Self::Resumed {} => Vec::new(),
        }
    }
}
