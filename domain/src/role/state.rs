//! What is known of a role.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Permission, Permissions, Reach, RoleEvent, SystemRole};
use crate::kernel::StaffId;

/// What somebody may do, and whose things it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// What.
    pub permissions: Permissions,
    /// Whose.
    pub reach: Reach,
}

impl Rights {
    /// Nothing at all.
    pub const NONE: Self = Self { permissions: Permissions::NONE, reach: Reach::OwnAccount };

    /// Everything, of the whole seller.
    pub fn full() -> Self {
        Self { permissions: Permissions::all(), reach: Reach::Seller }
    }

    /// What both allow together: the wider reach counts for everything.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            permissions: self.permissions.and(other.permissions),
            reach: self.reach.max(other.reach),
        }
    }

    /// The first permission of another that is not in it.
    pub fn lacks(self, other: Self) -> Option<Permission> {
        let wider = other.reach > self.reach;
        let missing = match wider {
            true => other.permissions,
            false => other.permissions.beyond(self.permissions),
        };
        missing.iter().next()
    }
}

/// A role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// There is none under this id.
    #[default]
    Absent,
    /// There is.
    Kept(RoleFacts),
    /// There was.
    Deleted,
}

/// The particulars of a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleFacts {
    /// What people call it; the slug of one that is built in.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Which one it is, if it is built in.
    pub system: Option<SystemRole>,
    /// Who has it.
    pub holders: BTreeSet<StaffId>,
    own: Rights,
}

impl RoleFacts {
    /// A role that is built in, before anybody has it.
    pub fn built_in(system: SystemRole) -> Self {
        Self {
            name: system.slug().to_owned(),
            description: system.description().to_owned(),
            system: Some(system),
            holders: BTreeSet::new(),
            own: Rights::NONE,
        }
    }

    /// What it allows: of one that is built in, what the program says.
    pub fn rights(&self) -> Rights {
        match self.system {
            Some(system) => Rights { permissions: system.permissions(), reach: system.reach() },
            None => self.own,
        }
    }
}

impl Role {
    /// The particulars, while there is one.
    pub fn facts(&self) -> Option<&RoleFacts> {
        match self {
            Self::Kept(facts) => Some(facts),
            Self::Absent | Self::Deleted => None,
        }
    }

    pub(super) fn take(&mut self, event: &RoleEvent) {
        match (self, event) {
            (this, RoleEvent::Established { system }) => {
                *this = Self::Kept(RoleFacts::built_in(*system));
            }
            (this, RoleEvent::Created { name, description, permissions, reach }) => {
                *this = Self::Kept(RoleFacts {
                    name: name.clone(),
                    description: description.clone(),
                    system: None,
                    holders: BTreeSet::new(),
                    own: Rights { permissions: *permissions, reach: *reach },
                });
            }
            (this @ Self::Kept(_), RoleEvent::Deleted { .. }) => *this = Self::Deleted,
            (Self::Kept(facts), RoleEvent::Renamed { name, description, .. }) => {
                facts.name.clone_from(name);
                facts.description.clone_from(description);
            }
            (Self::Kept(facts), RoleEvent::PermissionsSet { permissions, reach }) => {
                facts.own = Rights { permissions: *permissions, reach: *reach };
            }
            (Self::Kept(facts), RoleEvent::Assigned { staff_id }) => {
                facts.holders.insert(*staff_id);
            }
            (Self::Kept(facts), RoleEvent::Withdrawn { staff_id }) => {
                facts.holders.remove(staff_id);
            }
            (Self::Absent | Self::Deleted, _) => {}
        }
    }
}
