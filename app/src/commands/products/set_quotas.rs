//! Says how much of each resource a product grants (PRD-12), all of it at once.

use async_trait::async_trait;
use billfold_domain::kernel::ProductId;
use billfold_domain::product::{Product, ProductCommand, Quota};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Set what a product grants.
#[derive(Clone, Debug, Serialize)]
pub struct SetQuotas {
    /// Of which product.
    pub product_id: ProductId,
    /// At most one of each kind; what is not named is not granted.
    pub quotas: Vec<Quota>,
}

#[async_trait]
impl UseCase for SetQuotas {
    const NAME: &'static str = "set_product_quotas";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.product_id.uuid();
        let quotas = self.quotas.clone();
        Ok(Touches::new(room.tenant).main::<Product>(id).decide(move |table| {
            let quotas = quotas.clone();
            table.decide::<Product>(id, ProductCommand::SetQuotas { quotas })?;
            Ok(())
        }))
    }
}
