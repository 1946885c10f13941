//! Changes a seller's legal name; documents already issued keep the old one.

use async_trait::async_trait;
use billfold_domain::tenant::{Tenant, TenantCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Change the legal name.
#[derive(Clone, Debug, Serialize)]
pub struct RenameTenant {
    /// The new name, 1 to 200 characters.
    pub name: String,
}

#[async_trait]
impl UseCase for RenameTenant {
    const NAME: &'static str = "rename_tenant";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (tenant, name) = (room.tenant.uuid(), self.name.clone());
        Ok(Touches::new(room.tenant).main::<Tenant>(tenant).decide(move |table| {
            table.decide::<Tenant>(tenant, TenantCommand::Rename { name: name.clone() })?;
            Ok(())
        }))
    }
}
