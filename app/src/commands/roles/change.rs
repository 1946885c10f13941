//! Changes a role of the seller's own, for everybody who has it.

use async_trait::async_trait;
use billfold_domain::kernel::RoleId;
use billfold_domain::role::{NewRole, Permissions, Reach, Rights, Role, RoleCommand, RoleEvent};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Change a role.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeRole {
    /// Which one.
    pub role_id: RoleId,
    /// Unique name, 1 to 100 characters.
    pub name: String,
    /// What it is for, at most 500 characters.
    pub description: String,
    /// What it allows from now on.
    pub permissions: Permissions,
    /// Whose data it allows that for.
    pub reach: Reach,
    /// What the actor may do, as an auth check found it.
    #[serde(skip)]
    pub held: Rights,
}

#[async_trait]
impl UseCase for ChangeRole {
    const NAME: &'static str = "change_role";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, held) = (self.role_id.uuid(), self.held);
        let known = room.load::<Role>(id).await?;
        let version = known.version;
        let before = known.state.0.facts().map(|facts| RoleEvent::name_key(&facts.name));
        let role = NewRole {
            name: self.name.clone(),
            description: self.description.clone(),
            permissions: self.permissions,
            reach: self.reach,
        };
        let touches = Touches::new(room.tenant)
            .main::<Role>(id)
            .claims(RoleEvent::NAME_SCOPE, before.as_deref())
            .claims(RoleEvent::NAME_SCOPE, Some(&RoleEvent::name_key(&self.name)));
        Ok(touches.decide(move |table| {
            table.unmoved::<Role>(id, version)?;
            table.decide::<Role>(id, RoleCommand::Change { role: role.clone(), held })?;
            Ok(())
        }))
    }
}
