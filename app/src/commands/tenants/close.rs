//! Closes suspended books for good, and frees the names that the seller was found under.

use async_trait::async_trait;
use billfold_domain::tenant::{Tenant, TenantCommand, TenantEvent};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Close the books for good.
#[derive(Clone, Debug, Serialize)]
pub struct CloseTenant {
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for CloseTenant {
    const NAME: &'static str = "close_tenant";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (tenant, reason) = (room.tenant.uuid(), self.reason.clone());
        let known = room.load::<Tenant>(tenant).await?;
        let touches = Touches::new(room.tenant).main::<Tenant>(tenant).at_rest();
        let profile = known.state.0.profile();
        let names = profile.map(|profile| profile.host_names.as_slice()).unwrap_or_default();
        let touches = names.iter().fold(touches, |touches, name| {
            touches.claims(TenantEvent::HOST_NAME_SCOPE, Some(name.as_str()))
        });
        let version = known.version;
        Ok(touches.decide(move |table| {
            table.unmoved::<Tenant>(tenant, version)?;
            let ask = TenantCommand::Close { reason: reason.clone() };
            table.decide::<Tenant>(tenant, ask)?;
            Ok(())
        }))
    }
}
