//! What is known of a gift card.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::gift_card::{Funding, GiftCardEvent, RedeemTo};
use crate::kernel::{BlindIndex, GiftCardId, Money, TenantId};

/// A gift card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GiftCard {
    /// Nothing was issued under this id.
    #[default]
    Absent,
    /// Made, and not sold.
    Issued(Card),
    /// Sold, and good.
    Active(Card),
    /// Its last day is over.
    Expired(Card),
    /// Withdrawn.
    Cancelled(Card),
}

/// The particulars of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// A keyed hash of its code.
    pub code: BlindIndex,
    /// The last four characters of the code, if they were kept.
    #[serde(default)]
    pub ending: Option<String>,
    /// What it was made for.
    pub value: Money,
    /// The last day it can be redeemed.
    pub expires_on: Option<NaiveDate>,
    /// How it was paid for, once it was sold.
    pub funding: Option<Funding>,
    /// What is left on it; nothing before it is sold and after it ended.
    pub balance: Money,
    /// What was spent, numbered from 1 without a hole.
    pub redemptions: Vec<CardRedemption>,
}

/// What was spent of a card at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardRedemption {
    /// Counts the redemptions of the card from 1.
    pub no: u32,
    /// How much.
    pub amount: Money,
    /// What for.
    pub to: RedeemTo,
    /// Whether it is back on the card.
    pub reversed: bool,
}

impl GiftCard {
    /// The id of the card of a code, by the keyed hash of the code: a seller has one card of a
    /// code.
    pub fn id_of(tenant: TenantId, code: &BlindIndex) -> GiftCardId {
        GiftCardId::derive(tenant.uuid(), code.as_str())
    }

    /// The particulars, once the card was issued.
    pub fn card(&self) -> Option<&Card> {
        match self {
            Self::Absent => None,
            Self::Issued(card)
            | Self::Active(card)
            | Self::Expired(card)
            | Self::Cancelled(card) => Some(card),
        }
    }

    pub(super) fn take(&mut self, event: &GiftCardEvent) {
        let known = std::mem::take(self);
        *self = match (known, event) {
            (_, GiftCardEvent::Issued { code, ending, value, expires_on }) => Self::Issued(Card {
                code: code.clone(),
                ending: ending.clone(),
                value: *value,
                expires_on: *expires_on,
                funding: None,
                balance: Money::zero(value.currency()),
                redemptions: Vec::new(),
            }),
            (Self::Issued(card), GiftCardEvent::Activated { value, funding, .. }) => {
                Self::Active(Card { funding: Some(funding.clone()), balance: *value, ..card })
            }
            (Self::Active(mut card), GiftCardEvent::Redeemed { no, amount, to, left, .. }) => {
                let (no, amount, to, reversed) = (*no, *amount, *to, false);
                card.redemptions.push(CardRedemption { no, amount, to, reversed });
                Self::Active(Card { balance: *left, ..card })
            }
            (Self::Active(mut card), GiftCardEvent::RedemptionReversed { no, left, .. }) => {
                let mut own = card.redemptions.iter_mut();
                if let Some(redemption) = own.find(|redemption| redemption.no == *no) {
                    redemption.reversed = true;
                }
                Self::Active(Card { balance: *left, ..card })
            }
            (Self::Active(card), GiftCardEvent::Expired { .. }) => Self::Expired(card.ended()),
            (Self::Issued(card) | Self::Active(card), GiftCardEvent::Cancelled { .. }) => {
                Self::Cancelled(card.ended())
            }
            (known, _) => known,
        };
    }
}

impl Card {
    fn ended(self) -> Self {
        Self { balance: Money::zero(self.value.currency()), ..self }
    }
}
