//! Makes a department.

use async_trait::async_trait;
use billfold_domain::department::{
    Department, DepartmentCommand, DepartmentEvent, DepartmentTerms,
};
use billfold_domain::kernel::DepartmentId;
use serde::{Deserialize, Serialize};

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Kind, Refused};

/// How many departments a seller may have: all of them are read to say who is in which.
const DEPARTMENT_LIMIT: usize = 100;

/// Make a department.
#[derive(Clone, Debug, Serialize)]
pub struct CreateDepartment {
    /// What it is.
    pub terms: DepartmentTerms,
}

/// There is a department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepartmentCreated {
    /// Its id.
    pub department_id: DepartmentId,
}

#[async_trait]
impl UseCase for CreateDepartment {
    const NAME: &'static str = "create_department";
    type Answer = DepartmentCreated;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<DepartmentCreated>, Error> {
        if room.holders(DepartmentEvent::NAME_SCOPE, "").await?.len() >= DEPARTMENT_LIMIT {
            let detail =
                format!("a seller has at most {DEPARTMENT_LIMIT} departments, delete one first");
            return Err(Refused::new("department.too_many", Kind::Rule, detail).into());
        }
        let department_id = DepartmentId::new(room.mint());
        let (id, terms) = (department_id.uuid(), self.terms.clone());
        let name = DepartmentEvent::name_key(&terms.name);
        let touches = Touches::new(room.tenant)
            .begins::<Department>(id)
            .claims(DepartmentEvent::NAME_SCOPE, Some(&name));
        Ok(touches.decide(move |table| {
            table.decide::<Department>(id, DepartmentCommand::Create(terms.clone()))?;
            Ok(DepartmentCreated { department_id })
        }))
    }
}
