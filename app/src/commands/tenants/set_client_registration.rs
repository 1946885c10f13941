//! Lets clients of a seller register by themselves, or no longer.

use async_trait::async_trait;
use billfold_domain::tenant::{Tenant, TenantCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Choose whether clients may register by themselves.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetClientRegistration {
    /// Whether they may.
    pub open: bool,
}

#[async_trait]
impl UseCase for SetClientRegistration {
    const NAME: &'static str = "set_client_registration";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (tenant, open) = (room.tenant.uuid(), self.open);
        Ok(Touches::new(room.tenant).main::<Tenant>(tenant).decide(move |table| {
            table.decide::<Tenant>(tenant, TenantCommand::SetClientRegistration { open })?;
            Ok(())
        }))
    }
}
