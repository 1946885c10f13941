//! Whom a strategy holds for, and which one holds for an invoice.
//!
//! Guarantees that the client's own strategy goes before a product's, and that before the
//! seller's. Absent on purpose: the built-in default, which holds where nothing is found.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kernel::{ClientId, ProductId};

/// For whom a strategy holds. Each has one at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// Every client of the seller who has no other.
    Tenant,
    /// Whoever owes for a product.
    Product(ProductId),
    /// A client.
    Client(ClientId),
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tenant => f.write_str("tenant"),
            Self::Product(product) => fmt::Display::fmt(product, f),
            Self::Client(client) => fmt::Display::fmt(client, f),
        }
    }
}

/// The strategy for what a client owes: the client's, else that of the first product of the
/// invoice that has one, else the seller's. `held_by` says which one a holder has.
pub fn resolve<S>(
    held_by: impl Fn(Holder) -> Option<S>,
    client: ClientId,
    products: &[ProductId],
) -> Option<S> {
    held_by(Holder::Client(client))
        .or_else(|| products.iter().find_map(|product| held_by(Holder::Product(*product))))
        .or_else(|| held_by(Holder::Tenant))
}
