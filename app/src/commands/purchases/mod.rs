//! The use case behind the import of purchases.

mod import;

pub(crate) use import::SealedCustomer;
pub use import::{ImportPurchase, PurchaseImported};
