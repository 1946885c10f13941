//! Spreading an amount so that each share is rounded for itself and the last one takes the rest.
//!
//! Guarantees shares that sum to the amount, none of the other sign and none larger than what the
//! shares before it left. Unlike [`Money::allocate`], whose cents fall where a running total
//! passes a half, equal weights give equal shares up to the last; that is how schedules are
//! published and checked.

use crate::kernel::{Money, MoneyRefusal, Rounding, divide};

/// Shares of an amount by weight. Refuses weights that are all zero, unless there is nothing to
/// spread.
pub(super) fn spread(amount: Money, weights: &[u64]) -> Result<Vec<Money>, MoneyRefusal> {
    let whole = weights.iter().try_fold(0_u64, |sum, weight| sum.checked_add(*weight));
    share_out(amount, amount, whole.ok_or(MoneyRefusal::OutOfRange)?, weights)
}

/// Shares that give away an amount by what `price` comes to per weight, where all the weights of
/// the price are `whole`. The last weight above zero takes what is left of the amount.
pub(super) fn share_out(
    amount: Money,
    price: Money,
    whole: u64,
    weights: &[u64],
) -> Result<Vec<Money>, MoneyRefusal> {
    let Some(last) = weights.iter().rposition(|weight| *weight > 0) else {
        let nothing = amount.is_zero().then(|| vec![amount; weights.len()]);
        return nothing.ok_or(MoneyRefusal::NoShares);
    };
    let mut left = amount;
    let mut shares = Vec::with_capacity(weights.len());
    for (at, weight) in weights.iter().enumerate() {
        let share =
            if at == last { left } else { at_most(proportion(price, *weight, whole)?, left) };
        left = left.checked_sub(share)?;
        shares.push(share);
    }
    Ok(shares)
}

/// `amount * numerator / denominator`, rounded once, half away from zero.
pub(super) fn proportion(
    amount: Money,
    numerator: u64,
    denominator: u64,
) -> Result<Money, MoneyRefusal> {
    if denominator == 0 {
        return Err(MoneyRefusal::NoShares);
    }
    let minor = i128::from(amount.minor())
        .checked_mul(i128::from(numerator))
        .and_then(|product| divide(product, i128::from(denominator), Rounding::HalfAwayFromZero))
        .and_then(|minor| i64::try_from(minor).ok());
    Money::try_new(minor.ok_or(MoneyRefusal::OutOfRange)?, amount.currency())
}

/// A share as far as there is something left of its own sign.
fn at_most(share: Money, left: Money) -> Money {
    let opposed = share.is_positive() != left.is_positive();
    if left.is_zero() || (opposed && !share.is_zero()) {
        return Money::zero(left.currency());
    }
    if share.abs().minor() > left.abs().minor() { left } else { share }
}
