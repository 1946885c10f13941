//! What can have happened to a role.

use serde::{Deserialize, Serialize};

use super::{Permissions, Reach, SystemRole};
use crate::kernel::aggregate::name_events;
use crate::kernel::{Claim, EventBody, StaffId};

/// A fact about a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleEvent {
    /// A built-in role is kept; what it allows stands in the program.
    Established {
        /// Which one.
        system: SystemRole,
    },
    /// The role was made.
    Created {
        /// What people call it.
        name: String,
        /// What it is for.
        description: String,
        /// What it allows.
        permissions: Permissions,
        /// Whose things it is about.
        reach: Reach,
    },
    /// It is called or described otherwise.
    Renamed {
        /// What it was called.
        before: String,
        /// What people call it.
        name: String,
        /// What it is for.
        description: String,
    },
    /// It allows something else from now on.
    PermissionsSet {
        /// What it allows.
        permissions: Permissions,
        /// Whose things it is about.
        reach: Reach,
    },
    /// A member of staff has it.
    Assigned {
        /// Who.
        staff_id: StaffId,
    },
    /// A member of staff has it no longer.
    Withdrawn {
        /// Who.
        staff_id: StaffId,
    },
    /// It ended.
    Deleted {
        /// What it was called.
        name: String,
    },
}

name_events!(RoleEvent {
    Established => "role.established" v "1",
    Created => "role.created" v "1",
    Renamed => "role.renamed" v "1",
    PermissionsSet => "role.permissions_set" v "1",
    Assigned => "role.assigned" v "1",
    Withdrawn => "role.withdrawn" v "1",
    Deleted => "role.deleted" v "1",
});

impl RoleEvent {
    /// Scope of the claim on a role's name.
    pub const NAME_SCOPE: &'static str = "role.name";

    /// The key of that claim: names that differ in case alone are one name.
    pub fn name_key(name: &str) -> String {
        name.to_lowercase()
    }
}

impl EventBody for RoleEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn claims(&self) -> Vec<Claim> {
        let scope = Self::NAME_SCOPE;
        let take = |name: &str| Claim::Take { scope, key: Self::name_key(name) };
        let release = |name: &str| Claim::Release { scope, key: Self::name_key(name) };
        match self {
            Self::Created { name, .. } => vec![take(name)],
            Self::Renamed { before, name, .. }
                if Self::name_key(before) != Self::name_key(name) =>
            {
                vec![release(before), take(name)]
            }
            Self::Deleted { name } => vec![release(name)],
            _ => Vec::new(),
        }
    }
}
