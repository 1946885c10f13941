//! Shows a picture beside the name of a seller, or none. Its bytes are stored beforehand.

use async_trait::async_trait;
use billfold_domain::kernel::ImageHash;
use billfold_domain::tenant::{Tenant, TenantCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Show another picture.
#[derive(Clone, Debug, Serialize)]
pub struct SetLogo {
    /// Which; none takes it away.
    pub logo: Option<ImageHash>,
}

#[async_trait]
impl UseCase for SetLogo {
    const NAME: &'static str = "set_logo";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (tenant, logo) = (room.tenant.uuid(), self.logo);
        let touches = Touches::new(room.tenant).main::<Tenant>(tenant);
        Ok(touches.decide(move |table| {
            let ask = TenantCommand::SetLogo { logo };
            table.decide::<Tenant>(tenant, ask)?;
            Ok(())
        }))
    }
}
