//! Puts a product into the catalogue; its code is unique per seller.

use async_trait::async_trait;
use billfold_domain::kernel::ProductId;
use billfold_domain::product::{Product, ProductCommand, ProductEvent, ProductKind};
use serde::{Deserialize, Serialize};

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Create a product.
#[derive(Clone, Debug, Serialize)]
pub struct CreateProduct {
    /// The id to use; a new one unless given.
    pub product_id: Option<ProductId>,
    /// Unique name for machines: lower case letters, digits, `_` and `-`, at most 40.
    pub code: String,
    /// Name for people, 1 to 200 characters.
    pub name: String,
    /// What it is.
    pub kind: ProductKind,
}

/// The product is in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductCreated {
    /// Its id.
    pub product_id: ProductId,
}

#[async_trait]
impl UseCase for CreateProduct {
    const NAME: &'static str = "create_product";
    type Answer = ProductCreated;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<ProductCreated>, Error> {
        let product_id = self.product_id.unwrap_or_else(|| ProductId::new(room.mint()));
        let (code, name, kind) = (self.code.clone(), self.name.clone(), self.kind);
        let touches = Touches::new(room.tenant)
            .begins::<Product>(product_id.uuid())
            .claims(ProductEvent::CODE_SCOPE, Some(&self.code));
        Ok(touches.decide(move |table| {
            let (code, name) = (code.clone(), name.clone());
            table.decide::<Product>(
                product_id.uuid(),
                ProductCommand::Create { code, name, kind },
            )?;
            Ok(ProductCreated { product_id })
        }))
    }
}
