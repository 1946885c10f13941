//! What may happen to a coupon in which state.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::coupon::state::counted;
use crate::coupon::{
    Coupon, CouponCommand, CouponEvent, CouponRefusal, CouponStatus, CouponTerms, OfferedCoupon,
    RedeemedFor, Redemption, TakenCoupon,
};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::check_line;
use crate::kernel::{Aggregate, ClientId, Issued};

impl Aggregate for Coupon {
    const TYPE: &'static str = "coupon";
    type Command = CouponCommand;
    type Event = CouponEvent;
    type Refusal = CouponRefusal;

    fn decide(&self, ask: &Issued<CouponCommand>) -> Decision {
        use CouponCommand as Ask;
        match (self, &ask.command) {
            (Self::Absent, Ask::Create { terms }) => create(terms),
            (Self::Absent, _) => Err(CouponRefusal::Absent),
            (Self::Created(known), Ask::Create { terms }) => create_again(known, terms),
            (Self::Created(known), Ask::Revise { terms }) => revise(known, terms),
            (Self::Created(known), Ask::Disable { reason }) => disable(known, reason),
            (Self::Created(known), Ask::Enable) => enable(known),
            (Self::Created(known), Ask::Archive) => match known.terms.status {
                CouponStatus::Archived => Ok(Vec::new()),
                _ => Ok(vec![CouponEvent::Archived {}]),
            },
            (Self::Created(known), Ask::Reserve { target, client_id, asked }) => {
                reserve(known, *target, *client_id, asked)
            }
            (Self::Created(known), Ask::Confirm { target }) => {
                confirm(known, *target, ask.effective_on)
            }
            (Self::Created(known), Ask::Return { target, reason }) => {
                give_back(known, *target, reason)
            }
            (Self::Created(known), Ask::Release { target, reason }) => {
                release(known, *target, reason)
            }
        }
    }

    fn apply(&mut self, event: &CouponEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let parts = self.offered().map_or(0, |known| {
            let taken = known.taken.len().saturating_mul(size_of::<TakenCoupon>());
            taken.saturating_add(size_of_val(known.versions.as_slice()))
        });
        size_of::<Self>().saturating_add(parts)
    }
}

bridge_to_cqrs_es!(Coupon);

type Decision = Result<Vec<CouponEvent>, CouponRefusal>;

fn create(terms: &CouponTerms) -> Decision {
    check_begins_active(terms)?;
    terms.check().map_err(|invalid| invalid.under("terms"))?;
    Ok(vec![CouponEvent::Created { terms: Box::new(terms.clone()) }])
}

/// Creating twice is one creation as long as it says the same.
fn create_again(known: &OfferedCoupon, terms: &CouponTerms) -> Decision {
    if known.version(1) == Some(terms) {
        return Ok(Vec::new());
    }
    Err(CouponRefusal::AlreadyCreated { code: known.terms.code.clone() })
}

fn revise(known: &OfferedCoupon, terms: &CouponTerms) -> Decision {
    if known.terms.status == CouponStatus::Archived {
        return Err(CouponRefusal::Inactive { status: CouponStatus::Archived });
    }
    check_begins_active(terms)?;
    terms.check().map_err(|invalid| invalid.under("terms"))?;
    if terms.code != known.terms.code {
        return Err(CouponRefusal::CodeFixed { code: known.terms.code.clone() });
    }
    if known.versions.last() == Some(terms) {
        return Ok(Vec::new());
    }
    check_limits_hold(known, terms)?;
    let last = u32::try_from(known.versions.len()).unwrap_or(u32::MAX);
    let version = last.saturating_add(1);
    Ok(vec![CouponEvent::Revised { version, terms: Box::new(terms.clone()) }])
}

fn disable(known: &OfferedCoupon, reason: &str) -> Decision {
    check_line("reason", reason, 500)?;
    match known.terms.status {
        CouponStatus::Active => Ok(vec![CouponEvent::Disabled { reason: reason.to_owned() }]),
        CouponStatus::Disabled => Ok(Vec::new()),
        status => Err(CouponRefusal::Inactive { status }),
    }
}

fn enable(known: &OfferedCoupon) -> Decision {
    match known.terms.status {
        CouponStatus::Active => Ok(Vec::new()),
        CouponStatus::Disabled => Ok(vec![CouponEvent::Enabled {}]),
        status => Err(CouponRefusal::Inactive { status }),
    }
}

fn reserve(
    known: &OfferedCoupon,
    target: RedeemedFor,
    client_id: ClientId,
    asked: &Redemption,
) -> Decision {
    match known.taken.get(&target) {
        Some(taken) if taken.client_id == client_id => return Ok(Vec::new()),
        Some(_) => return Err(CouponRefusal::TakenByAnother),
        None => {}
    }
    known.terms.redeem(asked, known.redemptions(client_id))?;
    let terms = u32::try_from(known.versions.len()).unwrap_or(u32::MAX);
    Ok(vec![CouponEvent::Reserved { target, client_id, terms, on: asked.on }])
}

/// A promise is kept: whatever became of the coupon since it was reserved.
fn confirm(known: &OfferedCoupon, target: RedeemedFor, today: NaiveDate) -> Decision {
    let taken = known.taken.get(&target).ok_or(CouponRefusal::NotReserved)?;
    if taken.redeemed {
        return Ok(Vec::new());
    }
    let terms = known.version(taken.terms).unwrap_or(&known.terms);
    let TakenCoupon { target, client_id, .. } = *taken;
    let terms = Box::new(terms.clone());
    Ok(vec![CouponEvent::Redeemed { target, client_id, terms, on: today }])
}

fn release(known: &OfferedCoupon, target: RedeemedFor, reason: &str) -> Decision {
    check_line("reason", reason, 500)?;
    let taken = known.taken.get(&target).ok_or(CouponRefusal::NotReserved)?;
    if taken.redeemed {
        return Err(CouponRefusal::AlreadyRedeemed);
    }
    let (client_id, reason) = (taken.client_id, reason.to_owned());
    Ok(vec![CouponEvent::Released { target, client_id, reason }])
}

/// What is redeemed comes back only with what it came off; a reservation is released instead.
fn give_back(known: &OfferedCoupon, target: RedeemedFor, reason: &str) -> Decision {
    check_line("reason", reason, 500)?;
    let taken = known.taken.get(&target).filter(|taken| taken.redeemed);
    let client_id = taken.ok_or(CouponRefusal::NotRedeemed)?.client_id;
    Ok(vec![CouponEvent::Released { target, client_id, reason: reason.to_owned() }])
}

fn check_begins_active(terms: &CouponTerms) -> Result<(), CouponRefusal> {
    match terms.status {
        CouponStatus::Active => Ok(()),
        status => Err(CouponRefusal::Inactive { status }),
    }
}

/// Refuses limits below what is reserved and redeemed.
fn check_limits_hold(known: &OfferedCoupon, terms: &CouponTerms) -> Result<(), CouponRefusal> {
    let mut by_client: BTreeMap<ClientId, u64> = BTreeMap::new();
    for taken in known.taken.values() {
        let count = by_client.entry(taken.client_id).or_default();
        *count = count.saturating_add(1);
    }
    let total = counted(known.taken.len());
    let most = by_client.into_values().max().unwrap_or(0);
    for (limit, taken) in [(terms.limits.total, total), (terms.limits.per_client, most)] {
        if let Some(limit) = limit.filter(|limit| *limit < taken) {
            return Err(CouponRefusal::LimitBelowUse { limit, taken });
        }
    }
    Ok(())
}
