//! Changes the name of a product for people; documents keep the name they were made with.

use async_trait::async_trait;
use billfold_domain::kernel::ProductId;
use billfold_domain::product::{Product, ProductCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Change the name.
#[derive(Clone, Debug, Serialize)]
pub struct RenameProduct {
    /// Of which product.
    pub product_id: ProductId,
    /// The new name, 1 to 200 characters.
    pub name: String,
}

#[async_trait]
impl UseCase for RenameProduct {
    const NAME: &'static str = "rename_product";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.product_id.uuid();
        let name = self.name.clone();
        Ok(Touches::new(room.tenant).main::<Product>(id).decide(move |table| {
            let name = name.clone();
            table.decide::<Product>(id, ProductCommand::Rename { name })?;
            Ok(())
        }))
    }
}
