//! Gives the pages of a seller another look (TEN-02).

use async_trait::async_trait;
use billfold_domain::tenant::{Brand, Tenant, TenantCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Look otherwise.
#[derive(Clone, Debug, Serialize)]
pub struct SetBrand {
    /// How.
    pub brand: Brand,
}

#[async_trait]
impl UseCase for SetBrand {
    const NAME: &'static str = "set_brand";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (tenant, brand) = (room.tenant.uuid(), self.brand.clone());
        let touches = Touches::new(room.tenant).main::<Tenant>(tenant);
        Ok(touches.decide(move |table| {
            let ask = TenantCommand::SetBrand { brand: brand.clone() };
            table.decide::<Tenant>(tenant, ask)?;
            Ok(())
        }))
    }
}
