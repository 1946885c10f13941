//! Says anew what a department is.

use async_trait::async_trait;
use billfold_domain::department::{
    Department, DepartmentCommand, DepartmentEvent, DepartmentRefusal, DepartmentTerms,
};
use billfold_domain::kernel::DepartmentId;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Change what a department is.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeDepartment {
    /// Which.
    pub department_id: DepartmentId,
    /// What it is, all of it.
    pub terms: DepartmentTerms,
}

#[async_trait]
impl UseCase for ChangeDepartment {
    const NAME: &'static str = "change_department";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, terms) = (self.department_id.uuid(), self.terms.clone());
        let known = room.load::<Department>(id).await?;
        let version = known.version;
        let Some(facts) = known.state.0.facts() else {
            return Err(Refused::of(&DepartmentRefusal::Absent).into());
        };
        let [before, after] =
            [&facts.terms.name, &terms.name].map(|name| DepartmentEvent::name_key(name));
        let touches = Touches::new(room.tenant)
            .main::<Department>(id)
            .claims(DepartmentEvent::NAME_SCOPE, Some(&before))
            .claims(DepartmentEvent::NAME_SCOPE, Some(&after));
        Ok(touches.decide(move |table| {
            table.unmoved::<Department>(id, version)?;
            table.decide::<Department>(id, DepartmentCommand::Change(terms.clone()))?;
            Ok(())
        }))
    }
}
