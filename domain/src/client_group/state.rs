//! What is known of a group of clients.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::client_group::ClientGroupEvent;
use crate::kernel::{ClientId, Money, MoneyRefusal, Percent, Rounding};

/// A group of clients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientGroup {
    /// There is none under this id.
    #[default]
    Absent,
    /// There is.
    Created(GroupPricing),
}

/// The particulars of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupPricing {
    /// Unique name for machines.
    pub code: String,
    /// Name for people.
    pub name: String,
    /// What members pay less.
    pub discount: Percent,
    /// Whose prices members pay; nothing for the list price.
    pub tier: Option<String>,
    /// Who belongs to it.
    pub members: BTreeSet<ClientId>,
}

impl ClientGroup {
    /// The particulars, once the group was made.
    pub fn pricing(&self) -> Option<&GroupPricing> {
        match self {
            Self::Absent => None,
            Self::Created(pricing) => Some(pricing),
        }
    }

    pub(super) fn take(&mut self, event: &ClientGroupEvent) {
        match (self, event) {
            (this, ClientGroupEvent::Created { code, name }) => {
                *this = Self::Created(GroupPricing {
                    code: code.clone(),
                    name: name.clone(),
                    discount: Percent::ZERO,
                    tier: None,
                    members: BTreeSet::new(),
                });
            }
            (Self::Absent, _) => {}
            (Self::Created(pricing), ClientGroupEvent::DiscountSet { discount }) => {
                pricing.discount = *discount;
            }
            (Self::Created(pricing), ClientGroupEvent::PriceTierSet { tier }) => {
                pricing.tier.clone_from(tier);
            }
            (Self::Created(pricing), ClientGroupEvent::ClientJoined { client_id }) => {
                pricing.members.insert(*client_id);
            }
            (Self::Created(pricing), ClientGroupEvent::ClientLeft { client_id }) => {
                pricing.members.remove(client_id);
            }
        }
    }
}

impl GroupPricing {
    /// What a member pays for something: the price less the discount, which is rounded once,
    /// half away from zero.
    pub fn price_for_members(&self, price: Money) -> Result<Money, MoneyRefusal> {
        price.checked_sub(self.discount.of(price, Rounding::HalfAwayFromZero)?)
    }
}
