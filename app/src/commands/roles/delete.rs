//! Deletes a role that nobody has.

use async_trait::async_trait;
use billfold_domain::kernel::RoleId;
use billfold_domain::role::{Role, RoleCommand, RoleEvent};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Delete a role.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct DeleteRole {
    /// Which one.
    pub role_id: RoleId,
}

#[async_trait]
impl UseCase for DeleteRole {
    const NAME: &'static str = "delete_role";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.role_id.uuid();
        let known = room.load::<Role>(id).await?;
        let version = known.version;
        let name = known.state.0.facts().map(|facts| RoleEvent::name_key(&facts.name));
        let touches = Touches::new(room.tenant)
            .main::<Role>(id)
            .claims(RoleEvent::NAME_SCOPE, name.as_deref());
        Ok(touches.decide(move |table| {
            table.unmoved::<Role>(id, version)?;
            table.decide::<Role>(id, RoleCommand::Delete)?;
            Ok(())
        }))
    }
}
