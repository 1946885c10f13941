//! What may be asked about a member of staff.

use super::StaffProfile;
use crate::kernel::{BlindIndex, ImageHash, Pii};

/// A request about a member of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StaffCommand {
    /// Let somebody work here.
    Add {
        /// Who it is; the application checked and sealed it.
        profile: Pii<StaffProfile>,
        /// Index of the address they sign in with.
        email_index: BlindIndex,
    },
    /// Say anew who it is.
    Change {
        /// Who it is; the application checked and sealed it.
        profile: Pii<StaffProfile>,
        /// Index of the address they sign in with.
        email_index: BlindIndex,
    },
    /// Show another picture beside the name, or none (CLI-04).
    SetAvatar {
        /// The picture, by the hash of its bytes; the application drew, sealed and stored them.
        avatar: Option<ImageHash>,
    },
    /// Let them in no longer.
    Stop {
        /// Why, 1 to 500 characters.
        reason: String,
    },
    /// Let them in again.
    Resume,
    /// Forget who it was; only of somebody who was stopped.
    Erase {
        /// Why, 1 to 500 characters; no personal data.
        reason: String,
    },
}
