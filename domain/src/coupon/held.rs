//! A coupon a client has redeemed, and what is left of it.
//!
//! Guarantees that what is left only ever shrinks, and that a coupon with nothing left is
//! terminated. Absent on purpose: whose it is and on which invoices it was used.

use serde::{Deserialize, Serialize};

use crate::coupon::{CouponStatus, CouponTerms, Discount, Frequency};
use crate::kernel::{Money, MoneyRefusal};

/// What is left of a coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "left", rename_all = "snake_case")]
pub enum Left {
    /// So much money, over as many invoices as it takes.
    Amount(Money),
    /// So many invoices, in full on each.
    Uses(u32),
    /// Every invoice.
    Unlimited,
}

impl Left {
    /// What a coupon gives when it is redeemed.
    pub fn of(coupon: &CouponTerms) -> Self {
        match (coupon.frequency, coupon.discount) {
            (Frequency::Once, Discount::Fixed(amount)) => Self::Amount(amount),
            (Frequency::Once, Discount::Percent(_)) => Self::Uses(1),
            (Frequency::Recurring { cycles }, _) => Self::Uses(cycles),
            (Frequency::Forever, _) => Self::Unlimited,
        }
    }

    /// Whether nothing is left.
    pub fn is_spent(self) -> bool {
        match self {
            Self::Amount(amount) => !amount.is_positive(),
            Self::Uses(uses) => uses == 0,
            Self::Unlimited => false,
        }
    }

    /// What is left once a use that took `amount` off is taken back.
    pub fn before(self, amount: Money) -> Result<Self, MoneyRefusal> {
        Ok(match self {
            Self::Amount(left) => Self::Amount(left.checked_add(amount)?),
            Self::Uses(uses) => Self::Uses(uses.saturating_add(1)),
            Self::Unlimited => Self::Unlimited,
        })
    }

    /// What is left after a use that took `amount` off.
    pub fn after(self, amount: Money) -> Result<Self, MoneyRefusal> {
        Ok(match self {
            Self::Amount(left) => Self::Amount(left.checked_sub(amount)?),
            Self::Uses(uses) => Self::Uses(uses.saturating_sub(1)),
            Self::Unlimited => Self::Unlimited,
        })
    }
}

/// A coupon in a client's hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldCoupon {
    /// The coupon, as it was when it was redeemed.
    pub coupon: CouponTerms,
    /// Its turn among coupons as broad as itself; lower ones go first.
    pub order: u32,
    /// What is left of it.
    pub left: Left,
}

impl HeldCoupon {
    /// A coupon that was just redeemed.
    pub fn new(coupon: CouponTerms, order: u32) -> Self {
        let left = Left::of(&coupon);
        Self { coupon, order, left }
    }

    /// Its own status, and terminated once nothing is left.
    pub fn status(&self) -> CouponStatus {
        match self.coupon.status {
            CouponStatus::Active if self.left.is_spent() => CouponStatus::Terminated,
            status => status,
        }
    }
}
