//! Says whose staff look after the sellers of the installation; one seller at most. Asked on the
//! word of whoever runs the program.

use async_trait::async_trait;
use billfold_domain::tenant::{Tenant, TenantCommand, TenantEvent};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Have the staff of this seller look after all sellers.
#[derive(Clone, Debug, Serialize)]
pub struct AppointOperator;

/// Leave that to another seller.
#[derive(Clone, Debug, Serialize)]
pub struct DismissOperator;

#[async_trait]
impl UseCase for AppointOperator {
    const NAME: &'static str = "appoint_operator";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let tenant = room.tenant.uuid();
        let touches = Touches::new(room.tenant)
            .main::<Tenant>(tenant)
            .claims(TenantEvent::OPERATOR_SCOPE, Some(TenantEvent::OPERATOR_KEY));
        Ok(touches.decide(move |table| {
            let ask = TenantCommand::AppointOperator;
            table.decide::<Tenant>(tenant, ask)?;
            Ok(())
        }))
    }
}

#[async_trait]
impl UseCase for DismissOperator {
    const NAME: &'static str = "dismiss_operator";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let tenant = room.tenant.uuid();
        let touches = Touches::new(room.tenant)
            .main::<Tenant>(tenant)
            .claims(TenantEvent::OPERATOR_SCOPE, Some(TenantEvent::OPERATOR_KEY));
        Ok(touches.decide(move |table| {
            let ask = TenantCommand::DismissOperator;
            table.decide::<Tenant>(tenant, ask)?;
            Ok(())
        }))
    }
}
