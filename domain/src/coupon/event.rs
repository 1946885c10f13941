//! What can have happened to a coupon.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::coupon::{CouponTerms, RedeemedFor};
use crate::kernel::aggregate::name_events;
use crate::kernel::{Claim, ClientId, EventBody};

/// A fact about a coupon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponEvent {
    /// The coupon is offered.
    Created {
        /// Under these terms.
        terms: Box<CouponTerms>,
    },
    /// Other terms hold for redemptions from now on.
    Revised {
        /// Counts the terms of the coupon from 1, those it was created with included.
        version: u32,
        /// The terms.
        terms: Box<CouponTerms>,
    },
    /// It was switched off.
    Disabled {
        /// Why.
        reason: String,
    },
    /// It was switched on again.
    Enabled {},
    /// It was put away for good.
    Archived {},
    /// One redemption is kept for an order, an invoice or a subscription.
    Reserved {
        /// What it is to come off.
        target: RedeemedFor,
        /// Who has it.
        client_id: ClientId,
        /// The version of the terms it is kept under.
        terms: u32,
        /// The day, where the client is.
        on: NaiveDate,
    },
    /// What was reserved is redeemed.
    Redeemed {
        /// What it comes off.
        target: RedeemedFor,
        /// Who has it.
        client_id: ClientId,
        /// The terms it was reserved under.
        terms: Box<CouponTerms>,
        /// The day.
        on: NaiveDate,
    },
    /// What was reserved or redeemed may be had by somebody else.
    Released {
        /// What it was to come off.
        target: RedeemedFor,
        /// Who had it.
        client_id: ClientId,
        /// Why.
        reason: String,
    },
}

name_events!(CouponEvent {
    Created => "coupon.created" v "1",
    Revised => "coupon.revised" v "1",
    Disabled => "coupon.disabled" v "1",
    Enabled => "coupon.enabled" v "1",
    Archived => "coupon.archived" v "1",
    Reserved => "coupon.reserved" v "1",
    Redeemed => "coupon.redeemed" v "1",
    Released => "coupon.released" v "1",
});

impl CouponEvent {
    /// Scope of the claim on a coupon's code, in capitals: people type it either way.
    pub const CODE_SCOPE: &'static str = "coupon.code";
}

impl EventBody for CouponEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Reserved { on, .. } | Self::Redeemed { on, .. } => Some(*on),
            Self::Created { .. }
            | Self::Revised { .. }
            | Self::Disabled { .. }
            | Self::Enabled {}
            | Self::Archived {}
            | Self::Released { .. } => None,
        }
    }

    /// The code stays taken when the coupon is put away: old invoices still mean it.
    fn claims(&self) -> Vec<Claim> {
        match self {
            Self::Created { terms } => {
                vec![Claim::Take { scope: Self::CODE_SCOPE, key: terms.code_key() }]
            }
            Self::Revised { .. }
            | Self::Disabled { .. }
            | Self::Enabled {}
            | Self::Archived {}
            | Self::Reserved { .. }
            | Self::Redeemed { .. }
            | Self::Released { .. } => Vec::new(),
        }
    }
}
