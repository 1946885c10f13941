//! Sells a product no longer; running services keep their terms.

use async_trait::async_trait;
use billfold_domain::kernel::ProductId;
use billfold_domain::product::{Product, ProductCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Retire a product.
#[derive(Clone, Debug, Serialize)]
pub struct RetireProduct {
    /// Which.
    pub product_id: ProductId,
}

#[async_trait]
impl UseCase for RetireProduct {
    const NAME: &'static str = "retire_product";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.product_id.uuid();
        Ok(Touches::new(room.tenant).main::<Product>(id).decide(move |table| {
            table.decide::<Product>(id, ProductCommand::Retire)?;
            Ok(())
        }))
    }
}
