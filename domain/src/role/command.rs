//! What may be asked of a role.

use super::{Permissions, Reach, Rights, SystemRole};
use crate::kernel::StaffId;

/// What a role is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRole {
    /// What people call it, 1 to 100 characters; unique with a seller, whatever the case.
    pub name: String,
    /// What it is for, at most 500 characters.
    pub description: String,
    /// What it allows, at least one.
    pub permissions: Permissions,
    /// Whose things it is about.
    pub reach: Reach,
}

/// A request about a role. `held` is what whoever asks may do themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleCommand {
    /// Keep a built-in role, so that it can be given.
    Establish {
        /// Which one.
        system: SystemRole,
    },
    /// Make a role.
    Create {
        /// What it is to be.
        role: NewRole,
        /// What the asker may do.
        held: Rights,
    },
    /// Make it another one; who has it keeps it.
    Change {
        /// What it is to be.
        role: NewRole,
        /// What the asker may do.
        held: Rights,
    },
    /// Give it to a member of staff.
    Assign {
        /// To whom.
        staff_id: StaffId,
        /// What the asker may do.
        held: Rights,
    },
    /// Take it from a member of staff.
    Withdraw {
        /// From whom.
        staff_id: StaffId,
    },
    /// End it; nobody may have it.
    Delete,
}
