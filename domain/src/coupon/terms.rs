//! What a coupon is worth, on what, how often and until when.
//!
//! Guarantees, once checked, a percentage of at most 100, an amount above zero, and a currency
//! that fits the amount. Absent on purpose: who has it and what is left, see
//! [`HeldCoupon`](crate::coupon::HeldCoupon).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::kernel::text::check_line;
use crate::kernel::{Currency, Invalid, Money, Percent};

/// How much comes off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Discount {
    /// A share of what earlier coupons left.
    Percent(Percent),
    /// An amount.
    Fixed(Money),
}

/// On which invoices it comes off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Frequency {
    /// Once; an amount that one invoice does not use up goes on to the next.
    #[default]
    Once,
    /// On so many invoices, in full on each.
    Recurring {
        /// How many.
        cycles: u32,
    },
    /// On every invoice.
    Forever,
}

/// What a coupon touches: the products and plans named, everything if none are.
///
/// Keys are the names by which lines know their product and plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scope {
    /// Only these products.
    pub products: BTreeSet<String>,
    /// Only these plans.
    pub plans: BTreeSet<String>,
}

/// How narrow a scope is, the narrowest first: the order in which coupons are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Breadth {
    Product,
    Plan,
    General,
}

/// Whether a coupon may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponStatus {
    /// It may.
    #[default]
    Active,
    /// Switched off by staff; may be switched on again.
    Disabled,
    /// Put away for good.
    Archived,
    /// Used up.
    Terminated,
}

impl CouponStatus {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Archived => "archived",
            Self::Terminated => "terminated",
        }
    }
}

/// How often a code may be redeemed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// By all clients together.
    pub total: Option<u64>,
    /// By each client.
    pub per_client: Option<u64>,
}

/// A coupon as it is offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponTerms {
    /// What people type.
    pub code: String,
    /// How much comes off.
    pub discount: Discount,
    /// What it touches.
    pub scope: Scope,
    /// On which invoices.
    pub frequency: Frequency,
    /// The only currency it is good for; an amount is good for its own in any case.
    pub currency: Option<Currency>,
    /// First day, if there is one.
    pub starts_on: Option<NaiveDate>,
    /// Last day, if there is one.
    pub expires_on: Option<NaiveDate>,
    /// How often it may be redeemed.
    pub limits: Limits,
    /// Whether it may be used.
    pub status: CouponStatus,
}

impl CouponTerms {
    /// Checks every value: a code, a discount above zero and a percentage of at most 100, a
    /// currency that is the amount's, days in order, and at least one cycle and redemption.
    pub fn check(&self) -> Result<(), Invalid> {
        let problem = |wrong: bool, field: &str, code, detail: &str| {
            if wrong { Err(Invalid::one(field, code, detail)) } else { Ok(()) }
        };
        let out_of_range = match self.discount {
            Discount::Percent(share) => share.is_zero() || share.value() > Decimal::ONE_HUNDRED,
            Discount::Fixed(amount) => !amount.is_positive(),
        };
        let detail = "use an amount above zero or a percentage up to 100";
        let value = problem(out_of_range, "discount", "coupon.discount_out_of_range", detail);
        let mixed = match (self.discount, self.currency) {
            (Discount::Fixed(amount), Some(currency)) => amount.currency() != currency,
            (Discount::Fixed(_), None) | (Discount::Percent(_), _) => false,
        };
        let detail = "must be the currency of the amount";
        let currency = problem(mixed, "currency", "coupon.currency_does_not_fit", detail);
        let no_cycle = self.frequency == Frequency::Recurring { cycles: 0 };
        let detail = "must be at least one";
        let frequency = problem(no_cycle, "frequency/cycles", "coupon.no_cycles", detail);
        let backwards = matches!((self.starts_on, self.expires_on), (Some(a), Some(b)) if b < a);
        let detail = "must not lie before the first day";
        let days = problem(backwards, "expires_on", "coupon.ends_before_it_begins", detail);
        let Limits { total, per_client } = self.limits;
        let never = total == Some(0) || per_client == Some(0);
        let detail = "must be at least one";
        let limits = problem(never, "limits", "coupon.never_redeemable", detail);
        let code = check_line("code", &self.code, 40);
        Invalid::gather([code, value, currency, frequency, days, limits])
    }

    /// The code as it is compared: in capitals, because people type it either way.
    pub fn code_key(&self) -> String {
        self.code.to_uppercase()
    }

    /// The only currency it is good for, if there is one.
    pub fn only_currency(&self) -> Option<Currency> {
        match self.discount {
            Discount::Fixed(amount) => Some(amount.currency()),
            Discount::Percent(_) => self.currency,
        }
    }
}

impl Scope {
    /// Whether something of this product and plan is touched.
    pub fn touches(&self, product: Option<&str>, plan: Option<&str>) -> bool {
        let named = |keys: &BTreeSet<String>, key: Option<&str>| {
            keys.is_empty() || key.is_some_and(|key| keys.contains(key))
        };
        named(&self.products, product) && named(&self.plans, plan)
    }

    /// Whether everything is touched.
    pub fn is_general(&self) -> bool {
        self.breadth() == Breadth::General
    }

    pub(super) fn breadth(&self) -> Breadth {
        match (self.products.is_empty(), self.plans.is_empty()) {
            (false, _) => Breadth::Product,
            (true, false) => Breadth::Plan,
            (true, true) => Breadth::General,
        }
    }
}
