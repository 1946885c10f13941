//! Says what people read about a product (PRD-01, PRD-02), all of it at once.

use async_trait::async_trait;
use billfold_domain::kernel::ProductId;
use billfold_domain::product::{Presentation, Product, ProductCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Describe a product.
#[derive(Clone, Debug, Serialize)]
pub struct DescribeProduct {
    /// Of which product.
    pub product_id: ProductId,
    /// What people read.
    pub presentation: Presentation,
}

#[async_trait]
impl UseCase for DescribeProduct {
    const NAME: &'static str = "describe_product";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.product_id.uuid();
        let presentation = self.presentation.clone();
        Ok(Touches::new(room.tenant).main::<Product>(id).decide(move |table| {
            let presentation = presentation.clone();
            table.decide::<Product>(id, ProductCommand::Describe(presentation))?;
            Ok(())
        }))
    }
}
