//! What is known of a product.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::{Currency, Cycle, Money};
use crate::product::{ProductEvent, ProductKind};

/// A product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    /// Not in the catalogue.
    #[default]
    Absent,
    /// Sold.
    Listed(Listing),
    /// No longer sold.
    Retired(Listing),
}

/// The particulars of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Unique name for machines.
    pub code: String,
    /// Name for people.
    pub name: String,
    /// What it is.
    pub kind: ProductKind,
    /// Every price there ever was, by version.
    pub prices: Vec<Price>,
    /// Every price that groups of clients with a tier ever paid.
    #[serde(default)]
    pub tier_prices: Vec<TierPrice>,
}

/// A version of the price of a tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierPrice {
    /// The tier.
    pub tier: String,
    /// The price.
    pub price: Price,
}

/// A version of the price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Counts the prices of the product from 1.
    pub version: u32,
    /// How often it is charged.
    pub cycle: Cycle,
    /// Price of one cycle, without tax.
    pub price: Money,
    /// Charged once when the service begins.
    pub setup_fee: Option<Money>,
    /// First day it counts for new sales.
    pub valid_from: NaiveDate,
}

impl Product {
    /// The particulars, once the product was created.
    pub fn listing(&self) -> Option<&Listing> {
        match self {
            Self::Absent => None,
            Self::Listed(listing) | Self::Retired(listing) => Some(listing),
        }
    }

    pub(super) fn take(&mut self, event: &ProductEvent) {
        match event {
            ProductEvent::Created { code, name, kind } => {
                let (code, name) = (code.clone(), name.clone());
                let (prices, tier_prices) = (Vec::new(), Vec::new());
                let kind = *kind;
                *self = Self::Listed(Listing { code, name, kind, prices, tier_prices });
            }
            ProductEvent::PriceSet { version, cycle, price, setup_fee, valid_from } => {
                if let Self::Listed(listing) | Self::Retired(listing) = self {
                    listing.prices.push(Price {
                        version: *version,
                        cycle: *cycle,
                        price: *price,
                        setup_fee: *setup_fee,
                        valid_from: *valid_from,
                    });
                }
            }
            ProductEvent::TierPriceSet { tier, version, cycle, price, setup_fee, valid_from } => {
                if let Self::Listed(listing) | Self::Retired(listing) = self {
                    let price = Price {
                        version: *version,
                        cycle: *cycle,
                        price: *price,
                        setup_fee: *setup_fee,
                        valid_from: *valid_from,
                    };
                    listing.tier_prices.push(TierPrice { tier: tier.clone(), price });
                }
            }
            ProductEvent::Renamed { name } => {
                if let Self::Listed(listing) | Self::Retired(listing) = self {
                    listing.name.clone_from(name);
                }
            }
            ProductEvent::Retired { .. } => {
                if let Self::Listed(listing) = self {
                    *self = Self::Retired(listing.clone());
                }
            }
        }
    }
}

impl Listing {
    /// The price of a new sale on a day: of those that count by then the one that began last,
    /// and of several that began on that day the one set last.
    pub fn price_on(&self, day: NaiveDate, cycle: Cycle, currency: Currency) -> Option<&Price> {
        newest(self.prices.iter(), day, cycle, currency)
    }

    /// The price of a new sale to a group with a tier, by the same rule; nothing if the tier has
    /// none of its own.
    pub fn tier_price_on(
        &self,
        tier: &str,
        day: NaiveDate,
        cycle: Cycle,
        currency: Currency,
    ) -> Option<&Price> {
        let own = self.tier_prices.iter().filter(|known| known.tier == tier);
        newest(own.map(|known| &known.price), day, cycle, currency)
    }
}

/// Of the prices that count by a day the one that began last, and of several that began on that
/// day the one set last.
fn newest<'a>(
    prices: impl Iterator<Item = &'a Price>,
    day: NaiveDate,
    cycle: Cycle,
    currency: Currency,
) -> Option<&'a Price> {
    prices
        .filter(|price| price.cycle == cycle && price.price.currency() == currency)
        .filter(|price| price.valid_from <= day)
        .max_by_key(|price| (price.valid_from, price.version))
}
