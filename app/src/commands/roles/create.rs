//! Makes a role of the seller's own.

use async_trait::async_trait;
use billfold_domain::kernel::RoleId;
use billfold_domain::role::{NewRole, Permissions, Reach, Rights, Role, RoleCommand, RoleEvent};
use serde::{Deserialize, Serialize};

use super::read::own;
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Kind, Refused};

/// How many roles of its own a seller may have: what a person may do is read from all of them.
const ROLE_LIMIT: usize = 100;

/// Create a role.
#[derive(Clone, Debug, Serialize)]
pub struct CreateRole {
    /// The id to use; a new one unless given.
    pub role_id: Option<RoleId>,
    /// Unique name, 1 to 100 characters.
    pub name: String,
    /// What it is for, at most 500 characters.
    pub description: String,
    /// What it allows.
    pub permissions: Permissions,
    /// Whose data it allows that for.
    pub reach: Reach,
    /// What the actor may do, as an auth check found it.
    #[serde(skip)]
    pub held: Rights,
}

/// The role is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleCreated {
    /// Its id.
    pub role_id: RoleId,
}

#[async_trait]
impl UseCase for CreateRole {
    const NAME: &'static str = "create_role";
    type Answer = RoleCreated;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<RoleCreated>, Error> {
        if own(room).await?.len() >= ROLE_LIMIT {
            let detail = format!("a seller has at most {ROLE_LIMIT} roles, delete one first");
            return Err(Refused::new("role.too_many", Kind::Rule, detail).into());
        }
        let role_id = self.role_id.unwrap_or_else(|| RoleId::new(room.mint()));
        let (role, held) = (self.role(), self.held);
        let touches = Touches::new(room.tenant)
            .begins::<Role>(role_id.uuid())
            .claims(RoleEvent::NAME_SCOPE, Some(&RoleEvent::name_key(&self.name)));
        Ok(touches.decide(move |table| {
            let create = RoleCommand::Create { role: role.clone(), held };
            table.decide::<Role>(role_id.uuid(), create)?;
            Ok(RoleCreated { role_id })
        }))
    }
}

impl CreateRole {
    fn role(&self) -> NewRole {
        NewRole {
            name: self.name.clone(),
            description: self.description.clone(),
            permissions: self.permissions,
            reach: self.reach,
        }
    }
}
