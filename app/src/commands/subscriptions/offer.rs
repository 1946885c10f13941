//! What is offered: a price of the catalogue, or terms agreed with one client.
//!
//! Guarantees that a subscription keeps the terms of the day it was agreed on; later prices of the
//! catalogue leave it alone (PRD-05).

use billfold_domain::client_group::GroupPricing;
use billfold_domain::invoice::TaxTreatment;
use billfold_domain::kernel::{Currency, Cycle, Money, ProductId, Quantity, UnitPrice};
use billfold_domain::product::{Listing, Product, ProductRefusal};
use billfold_domain::subscription::service::PlanTerms;
use billfold_domain::subscription::{Anchor, Interval, Timing};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::commands::client_groups::price_for;
use crate::error::{Kind, Refused};

/// What is subscribed to, and at which price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// At the price that the catalogue has on the day, after its trial.
    Listed {
        /// How often it is charged.
        cycle: Cycle,
        /// In what.
        currency: Currency,
    },
    /// At a price of its own.
    Agreed(AgreedOffer),
}

/// Terms that were agreed with one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreedOffer {
    /// In what.
    pub currency: Currency,
    /// Of one piece for a whole cycle, without tax; without it nothing recurs.
    pub price: Option<UnitPrice>,
    /// Charged once when the plan is entered.
    pub setup_fee: Option<Money>,
    /// How far boundaries lie apart.
    pub interval: Interval,
    /// When a period is billed.
    pub timing: Timing,
    /// Days before anything recurring is charged.
    pub trial_days: u32,
    /// What boundaries hold on to, where the subscription does not say it.
    pub anchor: Option<Anchor>,
}

/// How many of which product are taken, and how they are taxed.
#[derive(Clone, Copy)]
pub(super) struct Pieces {
    pub(super) product_id: ProductId,
    pub(super) quantity: Quantity,
    pub(super) tax: TaxTreatment,
}

/// An offer as a subscription keeps it.
pub(super) struct Taken {
    pub(super) currency: Currency,
    pub(super) terms: PlanTerms,
    pub(super) trial_days: u32,
    pub(super) anchor: Option<Anchor>,
}

impl Offer {
    /// The terms of so many pieces of a product on a day; at the price of the client's group where
    /// it is one of the catalogue.
    pub(super) fn take(
        &self,
        Pieces { product_id, quantity, tax }: Pieces,
        product: &Product,
        group: Option<&GroupPricing>,
        day: NaiveDate,
    ) -> Result<Taken, Refused> {
        let listing = match product {
            Product::Listed(listing) => listing,
            Product::Absent => {
                return Err(Refused::of(&ProductRefusal::Absent).at("/product_id"));
            }
            Product::Retired(_) => {
                return Err(Refused::of(&ProductRefusal::Retired).at("/product_id"));
            }
        };
        let agreed = match self {
            Self::Agreed(agreed) => agreed.clone(),
            Self::Listed { cycle, currency } => listed(listing, group, (*cycle, *currency), day)?,
        };
        let terms = PlanTerms {
            product_id,
            plan: listing.code.clone(),
            name: listing.name.clone(),
            kind: listing.kind.into(),
            tax,
            price: agreed.price,
            quantity,
            setup_fee: agreed.setup_fee,
            interval: agreed.interval,
            timing: agreed.timing,
        };
        let AgreedOffer { currency, trial_days, anchor, .. } = agreed;
        Ok(Taken { currency, terms, trial_days, anchor })
    }
}

fn listed(
    listing: &Listing,
    group: Option<&GroupPricing>,
    (cycle, currency): (Cycle, Currency),
    day: NaiveDate,
) -> Result<AgreedOffer, Refused> {
    let interval = Interval::of(cycle).map_err(|no| Refused::of(&no))?.ok_or_else(|| {
        let detail = "a one-time price cannot be subscribed to, order the product instead";
        Refused::new("subscription.one_time_price", Kind::Rule, detail).at("/cycle")
    })?;
    let price = price_for(listing, group, day, cycle, currency)?.ok_or_else(|| {
        let detail = format!("{} has no price in {currency} for this cycle on {day}", listing.code);
        Refused::new("subscription.no_price", Kind::Rule, detail).at("/cycle")
    })?;
    Ok(AgreedOffer {
        currency,
        price: Some(UnitPrice::try_from(price.price).map_err(|no| Refused::of(&no))?),
        setup_fee: price.setup_fee,
        interval,
        timing: Timing::Advance,
        trial_days: price.trial_days,
        anchor: None,
    })
}
