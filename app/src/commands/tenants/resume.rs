//! Opens suspended books again.

use async_trait::async_trait;
use billfold_domain::tenant::{Tenant, TenantCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Open the books again.
#[derive(Clone, Debug, Serialize)]
pub struct ResumeTenant;

#[async_trait]
impl UseCase for ResumeTenant {
    const NAME: &'static str = "resume_tenant";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let tenant = room.tenant.uuid();
        let touches = Touches::new(room.tenant).main::<Tenant>(tenant).at_rest();
        Ok(touches.decide(move |table| {
            let ask = TenantCommand::Resume;
            table.decide::<Tenant>(tenant, ask)?;
            Ok(())
        }))
    }
}
