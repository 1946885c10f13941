//! Lets a seller be found under a name that no other seller of the installation has.

use async_trait::async_trait;
use billfold_domain::tenant::{HostName, Tenant, TenantCommand, TenantEvent};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Be found under a name.
#[derive(Clone, Debug, Serialize)]
pub struct TakeHostName {
    /// The name.
    pub host_name: HostName,
}

/// Give a name up.
#[derive(Clone, Debug, Serialize)]
pub struct ReleaseHostName {
    /// The name.
    pub host_name: HostName,
}

#[async_trait]
impl UseCase for TakeHostName {
    const NAME: &'static str = "take_host_name";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (tenant, host_name) = (room.tenant.uuid(), self.host_name.clone());
        let touches = Touches::new(room.tenant)
            .main::<Tenant>(tenant)
            .claims(TenantEvent::HOST_NAME_SCOPE, Some(self.host_name.as_str()));
        Ok(touches.decide(move |table| {
            let ask = TenantCommand::TakeHostName { host_name: host_name.clone() };
            table.decide::<Tenant>(tenant, ask)?;
            Ok(())
        }))
    }
}

#[async_trait]
impl UseCase for ReleaseHostName {
    const NAME: &'static str = "release_host_name";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (tenant, host_name) = (room.tenant.uuid(), self.host_name.clone());
        let touches = Touches::new(room.tenant)
            .main::<Tenant>(tenant)
            .claims(TenantEvent::HOST_NAME_SCOPE, Some(self.host_name.as_str()));
        Ok(touches.decide(move |table| {
            let ask = TenantCommand::ReleaseHostName { host_name: host_name.clone() };
            table.decide::<Tenant>(tenant, ask)?;
            Ok(())
        }))
    }
}
