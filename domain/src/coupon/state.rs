//! What is known of a coupon.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::coupon::{CouponEvent, CouponStatus, CouponTerms, RedeemedFor, Redemptions};
use crate::kernel::ClientId;

/// A coupon.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coupon {
    /// Nothing was created under this id.
    #[default]
    Absent,
    /// Created; its status says whether it is offered.
    Created(OfferedCoupon),
}

/// The particulars of a coupon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedCoupon {
    /// The terms of new redemptions, with the status of the coupon.
    pub terms: CouponTerms,
    /// All terms there ever were; the first is version 1.
    pub versions: Vec<CouponTerms>,
    /// What is reserved or redeemed, in the order it was reserved.
    pub taken: Vec<TakenCoupon>,
}

/// One redemption that nobody else can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenCoupon {
    /// What it comes off.
    pub target: RedeemedFor,
    /// Who has it.
    pub client_id: ClientId,
    /// The version of the terms it was reserved under.
    pub terms: u32,
    /// The day it was reserved.
    pub on: NaiveDate,
    /// Whether it was redeemed.
    pub redeemed: bool,
}

impl Coupon {
    /// The particulars, once the coupon was created.
    pub fn offered(&self) -> Option<&OfferedCoupon> {
        match self {
            Self::Absent => None,
            Self::Created(offered) => Some(offered),
        }
    }

    pub(super) fn take(&mut self, event: &CouponEvent) {
        match (self, event) {
            (this, CouponEvent::Created { terms }) => {
                let (terms, versions) = ((**terms).clone(), vec![(**terms).clone()]);
                *this = Self::Created(OfferedCoupon { terms, versions, taken: Vec::new() });
            }
            (Self::Created(offered), event) => offered.take(event),
            (Self::Absent, _) => {}
        }
    }
}

impl OfferedCoupon {
    /// What is reserved or redeemed for something.
    pub fn taken_for(&self, target: RedeemedFor) -> Option<&TakenCoupon> {
        self.taken.iter().find(|taken| taken.target == target)
    }

    /// How often the code is reserved or redeemed, by all and by one client.
    pub fn redemptions(&self, client_id: ClientId) -> Redemptions {
        let own = self.taken.iter().filter(|taken| taken.client_id == client_id);
        Redemptions { total: counted(self.taken.len()), by_client: counted(own.count()) }
    }

    /// The terms of a version.
    pub fn version(&self, version: u32) -> Option<&CouponTerms> {
        let before = usize::try_from(version).ok()?.checked_sub(1)?;
        self.versions.get(before)
    }

    fn take(&mut self, event: &CouponEvent) {
        match event {
            CouponEvent::Created { .. } => {}
            CouponEvent::Revised { terms, .. } => {
                self.versions.push((**terms).clone());
                let status = self.terms.status;
                self.terms = CouponTerms { status, ..(**terms).clone() };
            }
            CouponEvent::Disabled { .. } => self.terms.status = CouponStatus::Disabled,
            CouponEvent::Enabled {} => self.terms.status = CouponStatus::Active,
            CouponEvent::Archived {} => self.terms.status = CouponStatus::Archived,
            CouponEvent::Reserved { target, client_id, terms, on } => {
                let (target, client_id, terms, on) = (*target, *client_id, *terms, *on);
                self.taken.push(TakenCoupon { target, client_id, terms, on, redeemed: false });
            }
            CouponEvent::Redeemed { target, .. } => {
                if let Some(taken) = self.taken.iter_mut().find(|taken| taken.target == *target) {
                    taken.redeemed = true;
                }
            }
            CouponEvent::Released { target, .. } => {
                self.taken.retain(|taken| taken.target != *target);
            }
        }
    }
}

/// A length as a count; the largest one where it does not fit, which no memory reaches.
pub(super) fn counted(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
