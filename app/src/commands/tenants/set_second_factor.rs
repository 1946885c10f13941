//! Asks a second step of all staff of a seller, or leaves it to each.

use async_trait::async_trait;
use billfold_domain::tenant::{Tenant, TenantCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Choose whether everybody needs a second step. Whoever has none may do nothing but set it up.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetSecondFactor {
    /// Whether everybody needs one.
    pub demanded: bool,
}

#[async_trait]
impl UseCase for SetSecondFactor {
    const NAME: &'static str = "set_second_factor";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (tenant, demanded) = (room.tenant.uuid(), self.demanded);
        Ok(Touches::new(room.tenant).main::<Tenant>(tenant).decide(move |table| {
            table.decide::<Tenant>(tenant, TenantCommand::SetSecondFactor { demanded })?;
            Ok(())
        }))
    }
}
