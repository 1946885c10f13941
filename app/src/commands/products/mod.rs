//! Use cases about a product: create, describe, set prices, quotas and options, retire.

mod create;
mod describe;
mod rename;
mod retire;
mod set_options;
mod set_price;
mod set_quotas;
mod set_tier_price;

pub use create::{CreateProduct, ProductCreated};
pub use describe::DescribeProduct;
pub use rename::RenameProduct;
pub use retire::RetireProduct;
pub use set_options::SetOptions;
pub use set_price::SetPrice;
pub use set_quotas::SetQuotas;
pub use set_tier_price::SetTierPrice;
