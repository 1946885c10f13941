//! Use cases about a product: create, set a price, retire.

mod create;
mod retire;
mod set_price;
mod set_tier_price;

pub use create::{CreateProduct, ProductCreated};
pub use retire::RetireProduct;
pub use set_price::SetPrice;
pub use set_tier_price::SetTierPrice;
