//! Whether a client may have a coupon.
//!
//! Guarantees one reason when several apply, always the same: status, days, plan and product,
//! currency, the limit of all, the limit of one. Absent on purpose: counting; whoever asks counts
//! what is redeemed and what is reserved.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::coupon::{CouponRefusal, CouponStatus, CouponTerms};
use crate::kernel::{Currency, InvoiceId, OrderId, SubscriptionId};

/// What a coupon comes off; each has one redemption of a coupon at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum RedeemedFor {
    /// An order.
    Order(OrderId),
    /// An invoice.
    Invoice(InvoiceId),
    /// A subscription: all its invoices, as many as the coupon is good for.
    Subscription(SubscriptionId),
}

/// A client asks for a coupon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redemption {
    /// The day, where the client is.
    pub on: NaiveDate,
    /// The currency of what is bought.
    pub currency: Currency,
    /// The plan bought, if it is one.
    pub plan: Option<String>,
    /// The product bought, if that is known; what is unknown is left to the invoice.
    pub product: Option<String>,
}

/// How often the code was redeemed, reservations included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Redemptions {
    /// By all clients.
    pub total: u64,
    /// By the client who asks.
    pub by_client: u64,
}

impl CouponTerms {
    /// Grants a redemption or says why not.
    pub fn redeem(&self, asked: &Redemption, so_far: Redemptions) -> Result<(), CouponRefusal> {
        self.usable_on(asked.on)?;
        self.scope_allows(asked)?;
        self.usable_in(asked.currency)?;
        if let Some(limit) = self.limits.total.filter(|limit| so_far.total >= *limit) {
            return Err(CouponRefusal::RedemptionLimit { limit });
        }
        if self.limits.per_client.is_some_and(|limit| so_far.by_client >= limit) {
            return Err(CouponRefusal::AlreadyUsed);
        }
        Ok(())
    }

    /// Refuses a coupon that is not active, and days outside its own.
    pub(super) fn usable_on(&self, day: NaiveDate) -> Result<(), CouponRefusal> {
        if self.status != CouponStatus::Active {
            return Err(CouponRefusal::Inactive { status: self.status });
        }
        if let Some(starts_on) = self.starts_on.filter(|first| day < *first) {
            return Err(CouponRefusal::NotStarted { starts_on });
        }
        if let Some(expires_on) = self.expires_on.filter(|last| *last < day) {
            return Err(CouponRefusal::Expired { expires_on });
        }
        Ok(())
    }

    pub(super) fn usable_in(&self, currency: Currency) -> Result<(), CouponRefusal> {
        match self.only_currency().filter(|only| *only != currency) {
            Some(currency) => Err(CouponRefusal::Currency { currency }),
            None => Ok(()),
        }
    }

    fn scope_allows(&self, asked: &Redemption) -> Result<(), CouponRefusal> {
        let plans = &self.scope.plans;
        if !plans.is_empty() && !asked.plan.as_ref().is_some_and(|plan| plans.contains(plan)) {
            return Err(CouponRefusal::Plan);
        }
        let products = &self.scope.products;
        match &asked.product {
            Some(product) if !products.is_empty() && !products.contains(product) => {
                Err(CouponRefusal::Product)
            }
            Some(_) | None => Ok(()),
        }
    }
}
