//! What can have happened to a department.

use serde::{Deserialize, Serialize};

use crate::kernel::aggregate::name_events;
use crate::kernel::{Claim, EventBody, StaffId};

/// What a department is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepartmentTerms {
    /// What people call it, 1 to 100 characters; unique among the seller's, whatever the case.
    pub name: String,
    /// What it is for; at most 500 characters.
    pub description: String,
    /// Where it is written to, at most 254 characters: an address of the business, of no person.
    pub email: Option<String>,
    /// Whether work may be given to it.
    pub active: bool,
}

/// A fact about a department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DepartmentEvent {
    /// It was made.
    Created(DepartmentTerms),
    /// It is something else now.
    Changed {
        /// What it was called.
        name_before: String,
        /// What it is.
        terms: DepartmentTerms,
    },
    /// Somebody is in it.
    StaffAssigned {
        /// Who.
        staff_id: StaffId,
    },
    /// Somebody is in it no longer.
    StaffUnassigned {
        /// Who.
        staff_id: StaffId,
    },
    /// It is no more.
    Deleted {
        /// What it was called.
        name: String,
    },
}

name_events!(DepartmentEvent {
    Created => "department.created" v "1",
    Changed => "department.changed" v "1",
    StaffAssigned => "department.staff_assigned" v "1",
    StaffUnassigned => "department.staff_unassigned" v "1",
    Deleted => "department.deleted" v "1",
});

impl DepartmentEvent {
    /// Scope of the claim on a name, in lower case.
    pub const NAME_SCOPE: &'static str = "department.name";
    /// Scope of the claim that somebody is in one department.
    pub const MEMBER_SCOPE: &'static str = "department.member";

    /// The key under which a name is claimed.
    pub fn name_key(name: &str) -> String {
        name.trim().to_lowercase()
    }

    /// The key under which somebody is claimed.
    pub fn member_key(staff_id: StaffId) -> String {
        staff_id.uuid().to_string()
    }
}

impl EventBody for DepartmentEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn claims(&self) -> Vec<Claim> {
        let name = |name: &str| (Self::NAME_SCOPE, Self::name_key(name));
        let take = |(scope, key)| Claim::Take { scope, key };
        let release = |(scope, key)| Claim::Release { scope, key };
        let member = |id: StaffId| (Self::MEMBER_SCOPE, Self::member_key(id));
        match self {
            Self::Created(terms) => vec![take(name(&terms.name))],
            Self::Changed { name_before, terms } => {
                let (before, after) = (name(name_before), name(&terms.name));
                if before == after { Vec::new() } else { vec![release(before), take(after)] }
            }
            Self::StaffAssigned { staff_id } => vec![take(member(*staff_id))],
            Self::StaffUnassigned { staff_id } => vec![release(member(*staff_id))],
            Self::Deleted { name: gone } => vec![release(name(gone))],
        }
    }
}
