//! What coupons take off the lines of an invoice.
//!
//! Coupons for products go first, then those for plans, then general ones; among equals by their
//! order. Each takes from what earlier ones left, and what it takes is spread over the lines it
//! touches by what is left of each. Guarantees that a coupon takes whole cents and never more
//! than is there, that the lines' shares stay exact, and that a coupon which takes nothing is not
//! used. Case families `coupon.apply` and `coupon.cycles`. Absent on purpose: writing the
//! discount into an invoice.

use std::cmp::Ordering;

use chrono::NaiveDate;

use crate::coupon::{CouponRefusal, CouponStatus, Discount, HeldCoupon, Left};
use crate::kernel::{Currency, Money, MoneyRefusal, Rounding, Unrounded};

/// A line as coupons see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CouponLine {
    /// What it bills, before coupons.
    pub amount: Money,
    /// The product it bills, by the key scopes use.
    pub product: Option<String>,
    /// The plan it is sold under, by the key scopes use.
    pub plan: Option<String>,
}

/// What became of one coupon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CouponUse {
    /// What it took off, or why it took nothing.
    pub taken: Result<Money, CouponRefusal>,
    /// The coupon after this invoice.
    pub held: HeldCoupon,
}

/// Lines with their coupons taken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discounted {
    /// Each coupon, in the order they were applied.
    pub uses: Vec<CouponUse>,
    /// What is left of each line, exactly, in the order of the lines.
    pub left: Vec<Unrounded>,
    /// What all coupons took off.
    pub discount: Money,
    /// What is left of all lines.
    pub subtotal: Money,
}

/// Applies coupons to the lines of an invoice of a day. Refuses lines in another currency.
pub fn apply(
    currency: Currency,
    on: NaiveDate,
    lines: &[CouponLine],
    coupons: &[HeldCoupon],
) -> Result<Discounted, MoneyRefusal> {
    let amounts = Money::sum(currency, lines.iter().map(|line| line.amount))?;
    let mut left: Vec<Unrounded> = lines.iter().map(|line| line.amount.into()).collect();
    let mut turns: Vec<&HeldCoupon> = coupons.iter().collect();
    turns.sort_by_key(|held| (held.coupon.scope.breadth(), held.order));
    let mut uses = Vec::with_capacity(turns.len());
    let mut discount = Money::zero(currency);
    for held in turns {
        let touched = touched(held, lines);
        let taken = match usable(held, currency, on, &touched) {
            Ok(()) => take(held, currency, &touched, &mut left)?,
            Err(refusal) => Err(refusal),
        };
        let mut held = held.clone();
        if let Ok(amount) = taken {
            discount = discount.checked_add(amount)?;
            held.left = held.left.after(amount)?;
        }
        uses.push(CouponUse { taken, held });
    }
    Ok(Discounted { uses, left, discount, subtotal: amounts.checked_sub(discount)? })
}

/// For each line, whether the coupon touches it.
fn touched(held: &HeldCoupon, lines: &[CouponLine]) -> Vec<bool> {
    let scope = &held.coupon.scope;
    lines.iter().map(|line| scope.touches(line.product.as_deref(), line.plan.as_deref())).collect()
}

fn usable(
    held: &HeldCoupon,
    currency: Currency,
    on: NaiveDate,
    touched: &[bool],
) -> Result<(), CouponRefusal> {
    held.coupon.usable_on(on)?;
    if held.left.is_spent() {
        return Err(CouponRefusal::Inactive { status: CouponStatus::Terminated });
    }
    held.coupon.usable_in(currency)?;
    if !held.coupon.scope.is_general() && !touched.contains(&true) {
        return Err(CouponRefusal::OutOfScope);
    }
    Ok(())
}

/// Takes a coupon off the lines it touches.
fn take(
    held: &HeldCoupon,
    currency: Currency,
    touched: &[bool],
    left: &mut [Unrounded],
) -> Result<Result<Money, CouponRefusal>, MoneyRefusal> {
    let within = || touched.iter().zip(left.iter()).filter_map(|(hit, left)| hit.then_some(*left));
    let there = Unrounded::sum(currency, within())?;
    if !there.is_positive() {
        return Ok(Err(CouponRefusal::NothingLeft));
    }
    let worth = match (held.coupon.discount, held.left) {
        (Discount::Percent(share), _) => there.percent(share)?.round(Rounding::HalfAwayFromZero)?,
        (Discount::Fixed(_), Left::Amount(rest)) => rest,
        (Discount::Fixed(amount), Left::Uses(_) | Left::Unlimited) => amount,
    };
    // Coupons that overlap can leave part of a cent, which no coupon can take.
    let amount = match there.compare(worth.into())? {
        Ordering::Less => there.round(Rounding::TowardZero)?,
        Ordering::Equal | Ordering::Greater => worth,
    };
    if amount.is_zero() {
        return Ok(Err(CouponRefusal::NothingLeft));
    }
    for (line, _) in left.iter_mut().zip(touched).filter(|(_, hit)| **hit) {
        let share = Unrounded::from(amount).in_proportion(*line, there)?;
        *line = line.checked_sub(share)?;
    }
    Ok(Ok(amount))
}
