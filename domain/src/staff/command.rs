//! What may be asked about a member of staff.

use super::StaffProfile;
use crate::kernel::{BlindIndex, Pii};

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
    /// Let them in no longer.
    Stop {
        /// Why, 1 to 500 characters.
        reason: String,
    },
    /// Let them in again.
    Resume,
}
