//! What may be asked of a coupon.

use crate::coupon::{CouponTerms, RedeemedFor, Redemption};
use crate::kernel::ClientId;

/// A request about a coupon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CouponCommand {
    /// Offer a coupon; its terms begin as active.
    Create {
        /// The terms.
        terms: Box<CouponTerms>,
    },
    /// Change the terms for redemptions from now on. The code stays, and limits cannot fall
    /// below what is reserved and redeemed.
    Revise {
        /// The new terms.
        terms: Box<CouponTerms>,
    },
    /// Switch it off.
    Disable {
        /// Why, 1 to 500 characters.
        reason: String,
    },
    /// Switch it on again.
    Enable,
    /// Put it away for good.
    Archive,
    /// Keep one redemption for an order or an invoice.
    Reserve {
        /// What it is to come off.
        target: RedeemedFor,
        /// Who asks.
        client_id: ClientId,
        /// When, and for what.
        asked: Redemption,
    },
    /// Redeem what is reserved.
    Confirm {
        /// What it comes off.
        target: RedeemedFor,
    },
    /// Give a redemption back: what it came off was taken back whole.
    Return {
        /// What it came off.
        target: RedeemedFor,
        /// Why, 1 to 500 characters.
        reason: String,
    },
    /// Let somebody else have what was reserved.
    Release {
        /// What it was to come off.
        target: RedeemedFor,
        /// Why, 1 to 500 characters.
        reason: String,
    },
}
