//! Says what a seller asks of its clients beyond what every seller asks, and asks it no longer.

use async_trait::async_trait;
use billfold_domain::client::CustomField;
use billfold_domain::tenant::{Tenant, TenantCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Ask something of clients; a field of that key is replaced.
#[derive(Clone, Debug, Serialize)]
pub struct DefineCustomField {
    /// What.
    pub field: CustomField,
}

/// Ask it no longer.
#[derive(Clone, Debug, Serialize)]
pub struct RetireCustomField {
    /// The field's name for machines.
    pub key: String,
}

#[async_trait]
impl UseCase for DefineCustomField {
    const NAME: &'static str = "define_custom_field";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (tenant, field) = (room.tenant.uuid(), self.field.clone());
        Ok(Touches::new(room.tenant).main::<Tenant>(tenant).decide(move |table| {
            let ask = TenantCommand::DefineCustomField { field: field.clone() };
            table.decide::<Tenant>(tenant, ask)?;
            Ok(())
        }))
    }
}

#[async_trait]
impl UseCase for RetireCustomField {
    const NAME: &'static str = "retire_custom_field";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (tenant, key) = (room.tenant.uuid(), self.key.clone());
        Ok(Touches::new(room.tenant).main::<Tenant>(tenant).decide(move |table| {
            let ask = TenantCommand::RetireCustomField { key: key.clone() };
            table.decide::<Tenant>(tenant, ask)?;
            Ok(())
        }))
    }
}
