//! What coupons take off each line of a document, in whole cents.
//!
//! Guarantees that the shares of a coupon are whole cents, sum to what it takes, and never exceed
//! a line; a cent that does not divide goes to one line. Each coupon begins from the cents that
//! the ones before it left, because a document has no parts of a cent. Scope CPN-01. Absent on
//! purpose: the words on the document.

use chrono::NaiveDate;

use crate::coupon::apply::turn;
use crate::coupon::{CouponLine, CouponRefusal, HeldCoupon, apply};
use crate::kernel::{Currency, Money, MoneyRefusal, Rounding, Unrounded};

/// What one coupon takes off a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CouponShare {
    /// Which of the coupons asked for, counted from 0.
    pub at: usize,
    /// What it takes off each line, in the order of the lines, or why it takes nothing.
    pub off: Result<Vec<Money>, CouponRefusal>,
    /// The coupon after this document.
    pub held: HeldCoupon,
}

impl CouponShare {
    /// What it takes off all lines; nothing where it was not used.
    pub fn total(&self, currency: Currency) -> Result<Money, MoneyRefusal> {
        Money::sum(currency, self.off.iter().flatten().copied())
    }
}

/// Spreads coupons over the lines of a document of a day, in the order they are applied. Refuses
/// lines in another currency.
pub fn spread(
    currency: Currency,
    on: NaiveDate,
    lines: &[CouponLine],
    coupons: &[HeldCoupon],
) -> Result<Vec<CouponShare>, MoneyRefusal> {
    let mut lines = lines.to_vec();
    let mut turns: Vec<(usize, &HeldCoupon)> = coupons.iter().enumerate().collect();
    turns.sort_by_key(|(_, held)| turn(held));
    let mut shares = Vec::with_capacity(turns.len());
    for (at, held) in turns {
        let found = apply(currency, on, &lines, std::slice::from_ref(held))?;
        for used in found.uses {
            let off = match used.taken {
                Ok(_) => Ok(take_cents(currency, &mut lines, &found.left)?),
                Err(refusal) => Err(refusal),
            };
            shares.push(CouponShare { at, off, held: used.held });
        }
    }
    Ok(shares)
}

/// Lowers lines to what is left of them, each by whole cents: the sum so far, rounded, less what
/// was given before (the splitting rule of billing-rules.md).
fn take_cents(
    currency: Currency,
    lines: &mut [CouponLine],
    left: &[Unrounded],
) -> Result<Vec<Money>, MoneyRefusal> {
    let (mut exact, mut given) = (Unrounded::zero(currency), Money::zero(currency));
    let mut cents = Vec::with_capacity(lines.len());
    for (line, left) in lines.iter_mut().zip(left) {
        exact = exact.checked_add(Unrounded::from(line.amount).checked_sub(*left)?)?;
        let so_far = exact.round(Rounding::HalfAwayFromZero)?;
        let off = so_far.checked_sub(given)?;
        line.amount = line.amount.checked_sub(off)?;
        given = so_far;
        cents.push(off);
    }
    Ok(cents)
}
