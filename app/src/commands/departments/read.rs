//! Which departments there are.
//!
//! Guarantees: read from the log itself. Absent on purpose: a read model; a seller has few of them,
//! by a limit, whose states are cached.

use billfold_domain::department::{Department, DepartmentEvent, DepartmentFacts};
use billfold_domain::kernel::{DepartmentId, StaffId, TenantId};

use crate::commands::Door;
use crate::error::Error;

/// A department.
#[derive(Clone, Debug)]
pub struct KeptDepartment {
    /// Its id.
    pub department_id: DepartmentId,
    /// What it is, and who is in it.
    pub facts: DepartmentFacts,
    /// The version of its stream.
    pub version: i64,
}

/// Every department of a seller, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn departments(door: &Door, tenant: TenantId) -> Result<Vec<KeptDepartment>, Error> {
    let mut ids = door.holders(tenant, DepartmentEvent::NAME_SCOPE, "").await?;
    // Ids begin with the instant at which they were made.
    ids.sort_unstable();
    let loaded = door.load_many::<Department>(tenant, ids.clone()).await?;
    let kept = ids.into_iter().zip(loaded).filter_map(|(id, loaded)| {
        let facts = loaded.state.0.facts()?.clone();
        Some(KeptDepartment {
            department_id: DepartmentId::new(id),
            facts,
            version: loaded.version,
        })
    });
    Ok(kept.collect())
}

/// One of them; nothing for an id that names none.
///
/// # Errors
/// The database does not answer.
pub async fn department(
    door: &Door,
    tenant: TenantId,
    department_id: DepartmentId,
) -> Result<Option<KeptDepartment>, Error> {
    let (department, version) = door.load::<Department>(tenant, department_id.uuid()).await?;
    let facts = department.facts().cloned();
    Ok(facts.map(|facts| KeptDepartment { department_id, facts, version }))
}

/// The department that somebody is in, if they are in one.
#[must_use]
pub fn department_of(departments: &[KeptDepartment], staff_id: StaffId) -> Option<&KeptDepartment> {
    departments.iter().find(|department| department.facts.members.contains(&staff_id))
}
