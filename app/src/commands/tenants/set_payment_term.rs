//! Lets later documents be due after another time; issued ones stay due when they were.

use async_trait::async_trait;
use billfold_domain::tenant::{Tenant, TenantCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Choose the payment term.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetPaymentTerm {
    /// Days between issue and due date, at most 365; 0 is due on the day of issue.
    pub days: u16,
}

#[async_trait]
impl UseCase for SetPaymentTerm {
    const NAME: &'static str = "set_payment_term";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (tenant, days) = (room.tenant.uuid(), self.days);
        Ok(Touches::new(room.tenant).main::<Tenant>(tenant).decide(move |table| {
            table.decide::<Tenant>(tenant, TenantCommand::SetPaymentTerm { days })?;
            Ok(())
        }))
    }
}
