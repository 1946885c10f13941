//! Closes the books of a seller to changes until they are resumed; reading goes on.

use async_trait::async_trait;
use billfold_domain::tenant::{Tenant, TenantCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Close the books to changes.
#[derive(Clone, Debug, Serialize)]
pub struct SuspendTenant {
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for SuspendTenant {
    const NAME: &'static str = "suspend_tenant";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (tenant, reason) = (room.tenant.uuid(), self.reason.clone());
        let touches = Touches::new(room.tenant).main::<Tenant>(tenant).at_rest();
        Ok(touches.decide(move |table| {
            let ask = TenantCommand::Suspend { reason: reason.clone() };
            table.decide::<Tenant>(tenant, ask)?;
            Ok(())
        }))
    }
}
