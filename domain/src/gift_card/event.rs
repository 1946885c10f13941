//! What can have happened to a gift card.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::gift_card::{Funding, RedeemTo, Remainder};
use crate::kernel::aggregate::name_events;
use crate::kernel::{BlindIndex, Claim, EventBody, Money};

/// A fact about a gift card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GiftCardEvent {
    /// The card was made. Nobody owes anything for it yet.
    Issued {
        /// A keyed hash of its code; unique.
        code: BlindIndex,
        /// The last four characters of the code, if they were kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ending: Option<String>,
        /// What it is worth once it is sold.
        value: Money,
        /// The last day it can be redeemed.
        expires_on: Option<NaiveDate>,
    },
    /// The card was sold: its value is owed from now on.
    Activated {
        /// What it is worth.
        value: Money,
        /// How it was paid for.
        funding: Funding,
        /// The day.
        on: NaiveDate,
    },
    /// Some of it was spent.
    Redeemed {
        /// Counts the redemptions of the card from 1.
        no: u32,
        /// How much.
        amount: Money,
        /// What for.
        to: RedeemTo,
        /// What is left on the card.
        left: Money,
        /// The day.
        on: NaiveDate,
    },
    /// What was spent is back on the card.
    RedemptionReversed {
        /// The redemption.
        no: u32,
        /// How much.
        amount: Money,
        /// What it was spent for.
        to: RedeemTo,
        /// What is left on the card.
        left: Money,
        /// Why.
        reason: String,
        /// The day.
        on: NaiveDate,
    },
    /// The last day is over; what was left is earned.
    Expired {
        /// What was left.
        left: Money,
        /// The day it was given up.
        on: NaiveDate,
    },
    /// The card was withdrawn.
    Cancelled {
        /// What was left; nothing if the card was never sold.
        left: Option<Money>,
        /// What becomes of it.
        remainder: Remainder,
        /// Why.
        reason: String,
        /// The day.
        on: NaiveDate,
    },
}

name_events!(GiftCardEvent {
    Issued => "gift_card.issued" v "1",
    Activated => "gift_card.activated" v "1",
    Redeemed => "gift_card.redeemed" v "1",
    RedemptionReversed => "gift_card.redemption_reversed" v "1",
    Expired => "gift_card.expired" v "1",
    Cancelled => "gift_card.cancelled" v "1",
});

impl GiftCardEvent {
    /// Scope of the claim on a card's code, by its hash.
    pub const CODE_SCOPE: &'static str = "gift_card.code";
}

impl EventBody for GiftCardEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Issued { .. } => None,
            Self::Activated { on, .. }
            | Self::Redeemed { on, .. }
            | Self::RedemptionReversed { on, .. }
            | Self::Expired { on, .. }
            | Self::Cancelled { on, .. } => Some(*on),
        }
    }

    /// The code stays taken when the card is worth nothing any longer: nobody is to mistake a
    /// new card for an old one.
    fn claims(&self) -> Vec<Claim> {
        match self {
            Self::Issued { code, .. } => {
                vec![Claim::Take { scope: Self::CODE_SCOPE, key: code.as_str().to_owned() }]
            }
            Self::Activated { .. }
            | Self::Redeemed { .. }
            | Self::RedemptionReversed { .. }
            | Self::Expired { .. }
            | Self::Cancelled { .. } => Vec::new(),
        }
    }
}
