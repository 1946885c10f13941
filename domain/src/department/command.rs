//! What may be asked of a department.

use crate::department::DepartmentTerms;
use crate::kernel::StaffId;

/// A request about a department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DepartmentCommand {
    /// Make it.
    Create(DepartmentTerms),
    /// Say anew what it is.
    Change(DepartmentTerms),
    /// Put somebody in.
    Assign {
        /// Whom.
        staff_id: StaffId,
    },
    /// Take somebody out.
    Unassign {
        /// Whom.
        staff_id: StaffId,
    },
    /// End it; nobody may be in it.
    Delete,
}
