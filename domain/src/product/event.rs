//! What can have happened to a product.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::aggregate::name_events;
use crate::kernel::{Claim, Cycle, EventBody, Money};
use crate::product::{HostingTerms, Presentation, ProductKind, ProductOption, Quota};

/// A fact about a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductEvent {
    /// The product entered the catalogue.
    Created {
        /// Short unique name for machines, such as `vps-small`.
        code: String,
        /// Name for people.
        name: String,
        /// What it is.
        kind: ProductKind,
    },
    /// A price was added; earlier ones stay as they were.
    PriceSet {
        /// Counts the prices of the product from 1.
        version: u32,
        /// How often it is charged.
        cycle: Cycle,
        /// Price of one cycle, without tax.
        price: Money,
        /// Charged once when the service begins, without tax.
        setup_fee: Option<Money>,
        /// First day the price counts for new sales.
        valid_from: NaiveDate,
        /// Days of a new subscription that are free.
        #[serde(default, skip_serializing_if = "none")]
        trial_days: u32,
    },
    /// A price for groups of clients with a tier was added; earlier ones stay as they were.
    TierPriceSet {
        /// The tier.
        tier: String,
        /// Counts the prices of tiers of the product from 1.
        version: u32,
        /// How often it is charged.
        cycle: Cycle,
        /// Price of one cycle, without tax.
        price: Money,
        /// Charged once when the service begins, without tax.
        setup_fee: Option<Money>,
        /// First day the price counts for new sales.
        valid_from: NaiveDate,
        /// Days of a new subscription that are free.
        #[serde(default, skip_serializing_if = "none")]
        trial_days: u32,
    },
    /// The name for people changed.
    Renamed {
        /// The new name.
        name: String,
    },
    /// What people read about it was said anew.
    Described(Presentation),
    /// What it grants was said anew.
    QuotasSet {
        /// One of each kind that is granted, in the order of the kinds.
        quotas: Vec<Quota>,
    },
    /// What is asked when it is ordered was said anew.
    OptionsSet {
        /// In the order they are asked.
        options: Vec<ProductOption>,
    },
    /// Where it is kept once it is sold was said anew.
    HostingSet {
        /// Where and as what; nothing, when on no server.
        hosting: Option<HostingTerms>,
    },
    /// The product is no longer sold; running services keep their terms.
    Retired {
        /// Last day of sale.
        on: NaiveDate,
    },
}

/// A price without a trial is stored as prices were before there were trials.
fn none(days: &u32) -> bool {
    *days == 0
}

name_events!(ProductEvent {
    Created => "product.created" v "1",
    PriceSet => "product.price_set" v "1",
    TierPriceSet => "product.tier_price_set" v "1",
    Renamed => "product.renamed" v "1",
    Described => "product.described" v "1",
    QuotasSet => "product.quotas_set" v "1",
    OptionsSet => "product.options_set" v "1",
    HostingSet => "product.hosting_set" v "1",
    Retired => "product.retired" v "1",
});

impl ProductEvent {
    /// Scope of the claim on a product's code.
    pub const CODE_SCOPE: &'static str = "product.code";
}

impl EventBody for ProductEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        match self {
            Self::PriceSet { valid_from, .. } | Self::TierPriceSet { valid_from, .. } => {
                Some(*valid_from)
            }
            Self::Retired { on } => Some(*on),
            Self::Created { .. }
            | Self::Renamed { .. }
            | Self::Described(_)
            | Self::QuotasSet { .. }
            | Self::OptionsSet { .. }
            | Self::HostingSet { .. } => None,
        }
    }

    /// The code stays taken after retirement: old documents still mean this product by it.
    fn claims(&self) -> Vec<Claim> {
        match self {
            Self::Created { code, .. } => {
                vec![Claim::Take { scope: Self::CODE_SCOPE, key: code.clone() }]
            }
            Self::PriceSet { .. }
            | Self::TierPriceSet { .. }
            | Self::Renamed { .. }
            | Self::Described(_)
            | Self::QuotasSet { .. }
            | Self::OptionsSet { .. }
            | Self::HostingSet { .. }
            | Self::Retired { .. } => Vec::new(),
        }
    }
}
