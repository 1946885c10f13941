//! What may be asked of a product.

use chrono::NaiveDate;

use crate::kernel::{Cycle, Money};
use crate::product::{HostingTerms, Presentation, ProductKind, ProductOption, Quota};

/// A request about a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProductCommand {
    /// Put the product into the catalogue.
    Create {
        /// Unique name for machines: lower case letters, digits, `_` and `-`, at most 40.
        code: String,
        /// Name for people, 1 to 200 characters.
        name: String,
        /// What it is.
        kind: ProductKind,
    },
    /// Add a price; a cycle and currency that had one gets the new one from its first day.
    SetPrice(NewPrice),
    /// Add a price that only groups of clients with this tier pay (PRD-10).
    SetTierPrice {
        /// The tier: lower case letters, digits, `_` and `-`, at most 40.
        tier: String,
        /// The price.
        price: NewPrice,
    },
    /// Change the name for people.
    Rename {
        /// The new name, 1 to 200 characters.
        name: String,
    },
    /// Say what people read about it, all of it at once.
    Describe(Presentation),
    /// Say how much of each resource it grants; a kind that is not named is not granted.
    SetQuotas {
        /// At most one of each kind.
        quotas: Vec<Quota>,
    },
    /// Say what is asked when it is ordered.
    SetOptions {
        /// In the order they are asked, at most 50.
        options: Vec<ProductOption>,
    },
    /// Say on which servers it is kept once it is sold; nothing, when on none.
    SetHosting {
        /// Where and as what.
        hosting: Option<HostingTerms>,
    },
    /// Sell it no longer, from the day the request counts for.
    Retire,
}

/// A price to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewPrice {
    /// How often it is charged.
    pub cycle: Cycle,
    /// Price of one cycle, without tax; not negative.
    pub price: Money,
    /// Charged once when the service begins; not negative, in the same currency.
    pub setup_fee: Option<Money>,
    /// First day it counts for new sales.
    pub valid_from: NaiveDate,
    /// Days of a new subscription that are free, 0 to 3650.
    pub trial_days: u32,
}
