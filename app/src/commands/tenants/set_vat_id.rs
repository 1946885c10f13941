//! Changes or removes a seller's tax number; documents already issued keep the old one.

use async_trait::async_trait;
use billfold_domain::tenant::{Tenant, TenantCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Change the tax number.
#[derive(Clone, Debug, Serialize)]
pub struct SetVatId {
    /// The new number, 4 to 20 capitals and digits; or none.
    pub vat_id: Option<String>,
}

#[async_trait]
impl UseCase for SetVatId {
    const NAME: &'static str = "set_vat_id";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (tenant, vat_id) = (room.tenant.uuid(), self.vat_id.clone());
        Ok(Touches::new(room.tenant).main::<Tenant>(tenant).decide(move |table| {
            let vat_id = vat_id.clone();
            table.decide::<Tenant>(tenant, TenantCommand::SetVatId { vat_id })?;
            Ok(())
        }))
    }
}
