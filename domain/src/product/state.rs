//! What is known of a product.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::{Currency, Cycle, Money};
use crate::product::{HostingTerms, Presentation, ProductEvent, ProductKind, ProductOption, Quota};

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
    /// What people read about it.
    #[serde(default)]
    pub presentation: Presentation,
    /// What it grants, in the order of the kinds.
    #[serde(default)]
    pub quotas: Vec<Quota>,
    /// What is asked when it is ordered.
    #[serde(default)]
    pub options: Vec<ProductOption>,
    /// Where it is kept once it is sold, and as what; nothing for what no server has.
    #[serde(default)]
    pub hosting: Option<HostingTerms>,
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
    /// Days of a new subscription that are free.
    #[serde(default)]
    pub trial_days: u32,
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
        match (&mut *self, event) {
            (_, ProductEvent::Created { code, name, kind }) => {
                *self = Self::Listed(Listing::new(code, name, *kind));
            }
            (Self::Listed(listing), ProductEvent::Retired { .. }) => {
                *self = Self::Retired(listing.clone());
            }
            (Self::Listed(listing) | Self::Retired(listing), event) => listing.take(event),
            (Self::Absent, _) => {}
        }
    }
}

impl Listing {
    fn new(code: &str, name: &str, kind: ProductKind) -> Self {
        Self {
            code: code.to_owned(),
            name: name.to_owned(),
            kind,
            prices: Vec::new(),
            tier_prices: Vec::new(),
            presentation: Presentation::default(),
            quotas: Vec::new(),
            options: Vec::new(),
            hosting: None,
        }
    }

    fn take(&mut self, event: &ProductEvent) {
        use ProductEvent as Fact;
        match event.clone() {
            Fact::PriceSet { version, cycle, price, setup_fee, valid_from, trial_days } => {
                self.prices.push(Price {
                    version,
                    cycle,
                    price,
                    setup_fee,
                    valid_from,
                    trial_days,
                });
            }
            Fact::TierPriceSet {
                tier,
                version,
                cycle,
                price,
                setup_fee,
                valid_from,
                trial_days,
            } => {
                let price = Price { version, cycle, price, setup_fee, valid_from, trial_days };
                self.tier_prices.push(TierPrice { tier, price });
            }
            Fact::Renamed { name } => self.name = name,
            Fact::Described(presentation) => self.presentation = presentation,
            Fact::QuotasSet { quotas } => self.quotas = quotas,
            Fact::OptionsSet { options } => self.options = options,
            Fact::HostingSet { hosting } => self.hosting = hosting,
            Fact::Created { .. } | Fact::Retired { .. } => {}
        }
    }

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
