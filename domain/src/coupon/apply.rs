//! What coupons take off the lines of an invoice.
//!
//! Coupons for products go first, then those for plans, then general ones; among equals by their
//! order. Each takes from what earlier ones left, and what it takes is spread over the lines it
//! touches by what is left of each. Guarantees that a coupon takes whole cents and never more
//! than is there, that the lines' shares stay exact as long as 128 bits hold them (three coupons
//! that overlap in part), and that a coupon which takes nothing is not used. Case families
//! `coupon.apply` and `coupon.cycles`. Absent on purpose: writing the discount into an invoice.

use std::cmp::Ordering;

use chrono::NaiveDate;

use crate::coupon::terms::Breadth;
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
    turns.sort_by_key(|held| turn(held));
    let mut uses = Vec::with_capacity(turns.len());
    let mut discount = Money::zero(currency);
    for held in turns {
        let touched = touched(held, lines);
        let taken = match usable(held, currency, on, &touched) {
            Ok(()) => take(held, &touched, &mut left, amounts.checked_sub(discount)?)?,
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

/// When a coupon is applied: the narrowest first, among equals by their order.
pub(super) fn turn(held: &HeldCoupon) -> (Breadth, u32) {
    (held.coupon.scope.breadth(), held.order)
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

/// Takes a coupon off the lines it touches and tells how much it was.
///
/// Each coupon that overlaps others makes the shares finer. Where many do, the shares no longer
/// fit; then the lines are brought to whole cents first, which moves less than a cent between
/// them, rather than refuse the invoice.
fn take(
    held: &HeldCoupon,
    touched: &[bool],
    left: &mut Vec<Unrounded>,
    whole: Money,
) -> Result<Result<Money, CouponRefusal>, MoneyRefusal> {
    let (taken, after) = match split(held, touched, left, whole.currency()) {
        Ok((taken, after)) if Unrounded::are_summable(&after) => (taken, after),
        Ok(_) | Err(MoneyRefusal::OutOfRange) => {
            split(held, touched, &whole_cents(left, whole)?, whole.currency())?
        }
        Err(refusal) => return Err(refusal),
    };
    *left = after;
    Ok(taken)
}

type Split = (Result<Money, CouponRefusal>, Vec<Unrounded>);

/// What a coupon takes, and what it leaves of the lines.
fn split(
    held: &HeldCoupon,
    touched: &[bool],
    left: &[Unrounded],
    currency: Currency,
) -> Result<Split, MoneyRefusal> {
    let within = touched.iter().zip(left).filter_map(|(hit, left)| hit.then_some(*left));
    let there = Unrounded::sum(currency, within)?;
    let nothing = Ok((Err(CouponRefusal::NothingLeft), left.to_vec()));
    if !there.is_positive() {
        return nothing;
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
        return nothing;
    }
    let mut after = Vec::with_capacity(left.len());
    for (line, hit) in left.iter().zip(touched) {
        let share = if *hit {
            Unrounded::from(amount).in_proportion(*line, there)?
        } else {
            Unrounded::zero(currency)
        };
        after.push(line.checked_sub(share)?);
    }
    Ok((Ok(amount), after))
}

/// Lines in whole cents that sum to `whole`: each is cut, and the cents cut off go back to the
/// first lines that lost part of one.
pub(super) fn whole_cents(
    left: &[Unrounded],
    whole: Money,
) -> Result<Vec<Unrounded>, MoneyRefusal> {
    let cut = left.iter().map(|line| line.round(Rounding::TowardZero));
    let cut = cut.collect::<Result<Vec<Money>, MoneyRefusal>>()?;
    let mut missing = whole.checked_sub(Money::sum(whole.currency(), cut.iter().copied())?)?;
    let mut cents = Vec::with_capacity(left.len());
    for (exact, mut line) in left.iter().zip(cut) {
        let lost = exact.checked_sub(line.into())?;
        let same_sign = lost.is_positive() == missing.is_positive();
        if !missing.is_zero() && !lost.is_zero() && same_sign {
            let step = if missing.is_positive() { 1 } else { -1 };
            let cent = Money::try_new(step, whole.currency())?;
            (line, missing) = (line.checked_add(cent)?, missing.checked_sub(cent)?);
        }
        cents.push(line.into());
    }
    Ok(cents)
}
