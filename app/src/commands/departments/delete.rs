//! Ends a department that nobody is in.

use async_trait::async_trait;
use billfold_domain::department::{
    Department, DepartmentCommand, DepartmentEvent, DepartmentRefusal,
};
use billfold_domain::kernel::DepartmentId;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Delete a department.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct DeleteDepartment {
    /// Which.
    pub department_id: DepartmentId,
}

#[async_trait]
impl UseCase for DeleteDepartment {
    const NAME: &'static str = "delete_department";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.department_id.uuid();
        let known = room.load::<Department>(id).await?;
        let version = known.version;
        let Some(facts) = known.state.0.facts() else {
            return Err(Refused::of(&DepartmentRefusal::Absent).into());
        };
        let name = DepartmentEvent::name_key(&facts.terms.name);
        let touches = Touches::new(room.tenant)
            .main::<Department>(id)
            .claims(DepartmentEvent::NAME_SCOPE, Some(&name));
        Ok(touches.decide(move |table| {
            table.unmoved::<Department>(id, version)?;
            table.decide::<Department>(id, DepartmentCommand::Delete)?;
            Ok(())
        }))
    }
}
