//! What is known of a department.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::department::{DepartmentEvent, DepartmentTerms};
use crate::kernel::StaffId;

/// A department.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Department {
    /// There is none under this id.
    #[default]
    Absent,
    /// There is.
    There(DepartmentFacts),
    /// There was.
    Gone,
}

/// What it is, and who is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepartmentFacts {
    /// What it is.
    pub terms: DepartmentTerms,
    /// Who is in it.
    pub members: BTreeSet<StaffId>,
}

impl Department {
    /// What it is, while it is there.
    pub fn facts(&self) -> Option<&DepartmentFacts> {
        match self {
            Self::There(facts) => Some(facts),
            Self::Absent | Self::Gone => None,
        }
    }

    pub(super) fn take(&mut self, event: &DepartmentEvent) {
        match (self, event) {
            (this, DepartmentEvent::Created(terms)) => {
                let (terms, members) = (terms.clone(), BTreeSet::new());
                *this = Self::There(DepartmentFacts { terms, members });
            }
            (Self::There(facts), DepartmentEvent::Changed { terms, .. }) => {
                facts.terms.clone_from(terms);
            }
            (Self::There(facts), DepartmentEvent::StaffAssigned { staff_id }) => {
                facts.members.insert(*staff_id);
            }
            (Self::There(facts), DepartmentEvent::StaffUnassigned { staff_id }) => {
                facts.members.remove(staff_id);
            }
            (this @ Self::There(_), DepartmentEvent::Deleted { .. }) => *this = Self::Gone,
            (Self::Absent | Self::Gone, _) => {}
        }
    }
}
