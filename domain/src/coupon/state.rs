//! What is known of a coupon.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::coupon::{CouponEvent, CouponStatus, CouponTerms, RedeemedFor, Redemptions};
use crate::kernel::{ClientId, CouponId, TenantId};

/// A coupon.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coupon {
    /// Nothing was created under this id.
    #[default]
    Absent,
    /// Created; its status says whether it is offered.
    Created(Box<OfferedCoupon>),
}

/// The particulars of a coupon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedCoupon {
    /// The terms of new redemptions, with the status of the coupon.
    pub terms: CouponTerms,
    /// All terms there ever were; the first is version 1.
    pub versions: Vec<CouponTerms>,
    /// What is reserved or redeemed, by what it comes off. Stored as a list.
    #[serde(with = "by_target")]
    pub taken: BTreeMap<RedeemedFor, TakenCoupon>,
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
    /// The id of the coupon of a code: a seller has one coupon of a code, for ever.
    pub fn id_of(tenant: TenantId, code: &str) -> CouponId {
        CouponId::derive(tenant.uuid(), &code.trim().to_uppercase())
    }

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
                let taken = BTreeMap::new();
                *this = Self::Created(Box::new(OfferedCoupon { terms, versions, taken }));
            }
            (Self::Created(offered), event) => offered.take(event),
            (Self::Absent, _) => {}
        }
    }
}

impl OfferedCoupon {
    /// How often the code is reserved or redeemed, by all and by one client.
    pub fn redemptions(&self, client_id: ClientId) -> Redemptions {
        let own = self.taken.values().filter(|taken| taken.client_id == client_id);
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
                let redeemed = false;
                let taken = TakenCoupon { target, client_id, terms, on, redeemed };
                self.taken.insert(target, taken);
            }
            CouponEvent::Redeemed { target, .. } => {
                if let Some(taken) = self.taken.get_mut(target) {
                    taken.redeemed = true;
                }
            }
            CouponEvent::Released { target, .. } => {
                self.taken.remove(target);
            }
        }
    }
}

/// A length as a count; the largest one where it does not fit, which no memory reaches.
pub(super) fn counted(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// A map whose values know their keys, stored as the list of its values.
mod by_target {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    use super::TakenCoupon;
    use crate::coupon::RedeemedFor;

    pub(super) fn serialize<S: Serializer>(
        taken: &BTreeMap<RedeemedFor, TakenCoupon>,
        out: S,
    ) -> Result<S::Ok, S::Error> {
        out.collect_seq(taken.values())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<RedeemedFor, TakenCoupon>, D::Error> {
        let taken = Vec::<TakenCoupon>::deserialize(from)?;
        Ok(taken.into_iter().map(|taken| (taken.target, taken)).collect())
    }
}
