//! Says above which sums a seller wants a second person, from now on.

use async_trait::async_trait;
use billfold_domain::approval::ApprovalLimits;
use billfold_domain::tenant::{Tenant, TenantCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Choose the limits of one person.
#[derive(Clone, Debug, Serialize)]
pub struct SetApprovalLimits {
    /// All of them; what is not said has none.
    pub limits: ApprovalLimits,
}

#[async_trait]
impl UseCase for SetApprovalLimits {
    const NAME: &'static str = "set_approval_limits";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (tenant, limits) = (room.tenant.uuid(), self.limits.clone());
        Ok(Touches::new(room.tenant).main::<Tenant>(tenant).decide(move |table| {
            let limits = limits.clone();
            table.decide::<Tenant>(tenant, TenantCommand::SetApprovalLimits { limits })?;
            Ok(())
        }))
    }
}
