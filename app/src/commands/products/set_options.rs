//! Says what is asked when a product is ordered (PRD-09), all of it at once.

use async_trait::async_trait;
use billfold_domain::kernel::ProductId;
use billfold_domain::product::{Product, ProductCommand, ProductOption};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Set what is asked.
#[derive(Clone, Debug, Serialize)]
pub struct SetOptions {
    /// Of which product.
    pub product_id: ProductId,
    /// In the order they are asked, at most 50.
    pub options: Vec<ProductOption>,
}

#[async_trait]
impl UseCase for SetOptions {
    const NAME: &'static str = "set_product_options";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.product_id.uuid();
        let options = self.options.clone();
        Ok(Touches::new(room.tenant).main::<Product>(id).decide(move |table| {
            let options = options.clone();
            table.decide::<Product>(id, ProductCommand::SetOptions { options })?;
            Ok(())
        }))
    }
}
