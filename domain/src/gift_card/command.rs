//! What may be asked of a gift card.

use chrono::NaiveDate;

use crate::gift_card::{Funding, RedeemTo, Remainder};
use crate::kernel::{BlindIndex, Money};

/// A request about a gift card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GiftCardCommand {
    /// Make a card. It is worth nothing before it is activated.
    Issue(IssueGiftCard),
    /// Sell it: from now on it can be redeemed.
    Activate {
        /// How it was paid for.
        funding: Funding,
    },
    /// Spend some of it, or all.
    Redeem {
        /// How much; more than nothing, at most the balance.
        amount: Money,
        /// What for.
        to: RedeemTo,
    },
    /// Put what was redeemed back onto the card.
    Reverse {
        /// The redemption.
        no: u32,
        /// Why, 1 to 500 characters.
        reason: String,
    },
    /// Give up what is left, once its last day is over.
    Expire,
    /// Withdraw the card.
    Cancel {
        /// Why, 1 to 500 characters.
        reason: String,
        /// What becomes of the balance, if the card was sold.
        remainder: Remainder,
    },
}

/// A card to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueGiftCard {
    /// A keyed hash of the code; unique.
    pub code: BlindIndex,
    /// The last four characters of the code, so that people tell cards apart.
    pub ending: String,
    /// What it is worth once it is sold; more than nothing.
    pub value: Money,
    /// The last day it can be redeemed, if there is one; not before the day of the request.
    pub expires_on: Option<NaiveDate>,
}
