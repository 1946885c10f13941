//! Adds a price to a product; earlier ones stay as they were.

use async_trait::async_trait;
use billfold_domain::kernel::{Cycle, Money, ProductId};
use billfold_domain::product::{NewPrice, Product, ProductCommand};
use chrono::NaiveDate;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Add a price.
#[derive(Clone, Debug, Serialize)]
pub struct SetPrice {
    /// Of which product.
    pub product_id: ProductId,
    /// How often it is charged.
    pub cycle: Cycle,
    /// Price of one cycle, without tax.
    pub price: Money,
    /// Charged once when the service begins.
    pub setup_fee: Option<Money>,
    /// First day it counts for new sales; today unless given.
    pub valid_from: Option<NaiveDate>,
    /// Days of a new subscription that are free, 0 to 3650.
    pub trial_days: u32,
}

#[async_trait]
impl UseCase for SetPrice {
    const NAME: &'static str = "set_price";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { product_id, cycle, price, setup_fee, valid_from, trial_days } = self.clone();
        let id = product_id.uuid();
        Ok(Touches::new(room.tenant).main::<Product>(id).decide(move |table| {
            let valid_from = valid_from.unwrap_or_else(|| table.today());
            let new = NewPrice { cycle, price, setup_fee, valid_from, trial_days };
            table.decide::<Product>(id, ProductCommand::SetPrice(new))?;
            Ok(())
        }))
    }
}
