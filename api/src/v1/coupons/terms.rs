//! The terms of a coupon on the wire.

use std::collections::BTreeSet;

use billfold_domain::coupon::{CouponStatus, CouponTerms, Discount, Frequency, Limits, Scope};
use billfold_domain::kernel::{Currency, ProductId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::receive::Check;
use crate::wire::WireMoney;

/// Most products or plans a coupon names.
const MOST_NAMED: usize = 100;

/// How much comes off.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = Discount, example = json!({"kind": "percent", "percent": "25"}))]
pub(super) enum WireDiscount {
    /// A share of what earlier coupons left.
    Percent {
        /// More than 0, at most 100.
        #[schema(example = "25", max_length = 24)]
        percent: String,
    },
    /// An amount before tax; good for its own currency only.
    Fixed {
        /// How much.
        amount: WireMoney,
    },
}

/// On which invoices it comes off.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = CouponFrequency, example = json!({"kind": "recurring", "cycles": 3}))]
pub(super) enum WireFrequency {
    /// Once; an amount that one invoice of a subscription does not use up goes on to the next.
    // With braces, since serde would take any field beside a bare word.
    Once {},
    /// On so many invoices of a subscription, in full on each.
    Recurring {
        /// How many, at least one.
        #[schema(minimum = 1)]
        cycles: u32,
    },
    /// On every invoice of a subscription.
    Forever {},
}

impl Default for WireFrequency {
    fn default() -> Self {
        Self::Once {}
    }
}

/// What it touches: everything unless something is named.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = CouponScope)]
pub(super) struct WireScope {
    /// Only these products.
    #[schema(max_items = 100)]
    products: Vec<String>,
    /// Only these plans of products, by their codes.
    #[schema(max_items = 100)]
    plans: Vec<String>,
}

/// How often it may be had; what is reserved counts.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = CouponLimits)]
pub(super) struct WireLimits {
    /// By all clients together, at least 1.
    #[schema(minimum = 1)]
    total: Option<u64>,
    /// By each client, at least 1.
    #[schema(minimum = 1)]
    per_client: Option<u64>,
}

/// A coupon as it is offered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CouponTerms)]
pub(super) struct WireTerms {
    /// What people type, in capitals or not; it never changes.
    #[schema(example = "SPRING26", min_length = 1, max_length = 40)]
    pub(super) code: String,
    /// How much comes off.
    discount: WireDiscount,
    /// On which invoices.
    #[serde(default)]
    frequency: WireFrequency,
    /// What it touches.
    #[serde(default)]
    scope: WireScope,
    /// The only currency it is good for.
    #[schema(example = "EUR")]
    currency: Option<String>,
    /// The first day it may be had.
    starts_on: Option<NaiveDate>,
    /// The last day it may be had; what was attached before goes on.
    expires_on: Option<NaiveDate>,
    /// How often it may be had.
    #[serde(default)]
    limits: WireLimits,
}

impl WireTerms {
    /// The terms, or every field that is wrong.
    pub(super) fn read(&self) -> Result<CouponTerms, Problem> {
        let mut check = Check::default();
        let code = check.text("/code", &self.code, 40);
        let discount = self.discount.read(&mut check);
        let scope = self.scope.read(&mut check);
        let currency = check.optional("/currency", self.currency.as_deref(), Currency::parse);
        let starts_on = check.optional_date("/starts_on", self.starts_on);
        let expires_on = check.optional_date("/expires_on", self.expires_on);
        let (Some(code), Some(discount), Some(scope)) = (code, discount, scope) else {
            return Err(check.problem());
        };
        let (Some(currency), Some(starts_on), Some(expires_on)) = (currency, starts_on, expires_on)
        else {
            return Err(check.problem());
        };
        let WireLimits { total, per_client } = self.limits;
        let terms = CouponTerms {
            code,
            discount,
            scope,
            frequency: match self.frequency {
                WireFrequency::Once {} => Frequency::Once,
                WireFrequency::Recurring { cycles } => Frequency::Recurring { cycles },
                WireFrequency::Forever {} => Frequency::Forever,
            },
            currency,
            starts_on,
            expires_on,
            limits: Limits { total, per_client },
            status: CouponStatus::Active,
        };
        match check.parts("", terms.check()) {
            Some(()) => Ok(terms),
            None => Err(check.problem()),
        }
    }
}

impl WireDiscount {
    fn read(&self, check: &mut Check) -> Option<Discount> {
        match self {
            Self::Percent { percent } => {
                let share = check.number("/discount/percent", percent, 24, str::parse);
                share.map(Discount::Percent)
            }
            Self::Fixed { amount } => amount.read(check, "/discount/amount").map(Discount::Fixed),
        }
    }
}

impl WireScope {
    fn read(&self, check: &mut Check) -> Option<Scope> {
        for (field, named) in [("products", &self.products), ("plans", &self.plans)] {
            if named.len() > MOST_NAMED {
                let detail = format!("names more than {MOST_NAMED}");
                check.wrong(format!("/scope/{field}"), "coupon.too_many_named", detail);
                return None;
            }
        }
        let mut products = BTreeSet::new();
        for (at, product) in self.products.iter().enumerate() {
            let id = check.id::<ProductId>(&format!("/scope/products/{at}"), product)?;
            products.insert(id.to_string());
        }
        let mut plans = BTreeSet::new();
        for (at, plan) in self.plans.iter().enumerate() {
            plans.insert(check.text(&format!("/scope/plans/{at}"), plan, 40)?);
        }
        Some(Scope { products, plans })
    }
}

impl From<&CouponTerms> for WireTerms {
    fn from(terms: &CouponTerms) -> Self {
        Self {
            code: terms.code.clone(),
            discount: match terms.discount {
                Discount::Percent(share) => WireDiscount::Percent { percent: share.to_string() },
                Discount::Fixed(amount) => WireDiscount::Fixed { amount: amount.into() },
            },
            frequency: match terms.frequency {
                Frequency::Once => WireFrequency::Once {},
                Frequency::Recurring { cycles } => WireFrequency::Recurring { cycles },
                Frequency::Forever => WireFrequency::Forever {},
            },
            scope: WireScope {
                products: terms.scope.products.iter().cloned().collect(),
                plans: terms.scope.plans.iter().cloned().collect(),
            },
            currency: terms.currency.map(|currency| currency.code().to_owned()),
            starts_on: terms.starts_on,
            expires_on: terms.expires_on,
            limits: WireLimits { total: terms.limits.total, per_client: terms.limits.per_client },
        }
    }
}
