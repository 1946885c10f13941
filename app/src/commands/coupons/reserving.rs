//! The life of one redemption: reserved, then redeemed or released; returned with what it came off.
//!
//! Guarantees that limits hold under concurrent redemption: each step is decided by the coupon's
//! one stream under the lock (CPN-03).

use billfold_domain::coupon::{
    Coupon, CouponCommand, CouponRefusal, CouponTerms, RedeemedFor, Redemption,
};
use billfold_domain::kernel::{ClientId, CouponId};

use crate::commands::{No, Table};
use crate::error::{Kind, Refused};

/// Keeps one redemption of a coupon for a client.
pub(in crate::commands) fn reserve(
    table: &mut Table<'_, '_>,
    coupon_id: CouponId,
    target: RedeemedFor,
    client_id: ClientId,
    asked: Redemption,
) -> Result<(), No> {
    let reserve = CouponCommand::Reserve { target, client_id, asked };
    match table.decide::<Coupon>(coupon_id.uuid(), reserve) {
        Ok(_) => Ok(()),
        Err(No::Refused(refused)) if refused.fields.is_empty() => {
            // What the request is about is there; the code it names is not.
            let kind = if refused.kind == Kind::Missing { Kind::Rule } else { refused.kind };
            Err(Refused { kind, ..refused }.at("/code").into())
        }
        Err(no) => Err(no),
    }
}

/// Redeems what is reserved.
pub(in crate::commands) fn confirm(
    table: &mut Table<'_, '_>,
    coupon_id: CouponId,
    target: RedeemedFor,
) -> Result<(), No> {
    table.decide::<Coupon>(coupon_id.uuid(), CouponCommand::Confirm { target })?;
    Ok(())
}

/// Lets somebody else have what was reserved.
pub(in crate::commands) fn release(
    table: &mut Table<'_, '_>,
    coupon_id: CouponId,
    target: RedeemedFor,
    reason: &str,
) -> Result<(), No> {
    let release = CouponCommand::Release { target, reason: reason.to_owned() };
    table.decide::<Coupon>(coupon_id.uuid(), release)?;
    Ok(())
}

/// Gives a redemption back.
pub(in crate::commands) fn give_back(
    table: &mut Table<'_, '_>,
    coupon_id: CouponId,
    target: RedeemedFor,
    reason: &str,
) -> Result<(), No> {
    let give_back = CouponCommand::Return { target, reason: reason.to_owned() };
    table.decide::<Coupon>(coupon_id.uuid(), give_back)?;
    Ok(())
}

/// The terms under which a coupon is reserved or redeemed for something.
pub(in crate::commands) fn held_by(
    table: &Table<'_, '_>,
    coupon_id: CouponId,
    target: RedeemedFor,
) -> Result<CouponTerms, No> {
    let offered = table.state::<Coupon>(coupon_id.uuid())?.offered();
    let offered = offered.ok_or_else(|| Refused::of(&CouponRefusal::Absent))?;
    let taken = offered.taken.get(&target);
    let taken = taken.ok_or_else(|| Refused::of(&CouponRefusal::NotReserved))?;
    Ok(offered.version(taken.terms).unwrap_or(&offered.terms).clone())
}
