//! Says how time becomes money for a seller, from now on.

use async_trait::async_trait;
use billfold_domain::subscription::Conventions;
use billfold_domain::tenant::{Tenant, TenantCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Choose the conventions of proration.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetConventions {
    /// All of them; what is not said has its default.
    pub conventions: Conventions,
}

#[async_trait]
impl UseCase for SetConventions {
    const NAME: &'static str = "set_conventions";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (tenant, conventions) = (room.tenant.uuid(), self.conventions);
        Ok(Touches::new(room.tenant).main::<Tenant>(tenant).decide(move |table| {
            table.decide::<Tenant>(tenant, TenantCommand::SetConventions { conventions })?;
            Ok(())
        }))
    }
}
