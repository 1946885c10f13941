//! Entries across currencies: when they balance, and what a new rate is worth.
//!
//! Guarantees that each amount is converted once and rounded once. Absent on purpose: the rates
//! themselves; a document keeps the one it was booked at.

use crate::kernel::{Currency, ExchangeRate, Money, MoneyRefusal, Rounding};

/// An amount that may stand for another currency's, by a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Debits positive, credits negative.
    pub amount: Money,
    /// What it is worth, if in another currency.
    pub price: Option<Price>,
}

/// What an amount is worth in another currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Price {
    /// Per unit of the amount.
    Each(ExchangeRate, Currency),
    /// For the whole amount, without a sign.
    Whole(Money),
}

impl Leg {
    /// What the leg weighs: its amount, or what it is worth by its price.
    pub fn weight(self) -> Result<Money, MoneyRefusal> {
        match self.price {
            None => Ok(self.amount),
            Some(Price::Each(rate, currency)) => {
                rate.convert(self.amount, currency, Rounding::HalfAwayFromZero)
            }
            Some(Price::Whole(worth)) if self.amount.is_negative() => Ok(worth.abs().negate()),
            Some(Price::Whole(worth)) => Ok(worth.abs()),
        }
    }
}

/// Whether legs sum to nothing in every currency, once priced ones are converted.
pub fn balances(legs: &[Leg]) -> Result<bool, MoneyRefusal> {
    let mut sums: Vec<Money> = Vec::new();
    for leg in legs {
        let weight = leg.weight()?;
        match sums.iter_mut().find(|sum| sum.currency() == weight.currency()) {
            Some(sum) => *sum = sum.checked_add(weight)?,
            None => sums.push(weight),
        }
    }
    Ok(sums.into_iter().all(Money::is_zero))
}

/// What an open foreign amount gained since it was booked; a loss is negative.
pub fn revaluation(
    open: Money,
    booked: ExchangeRate,
    now: ExchangeRate,
    base: Currency,
) -> Result<Money, MoneyRefusal> {
    let before = booked.convert(open, base, Rounding::HalfAwayFromZero)?;
    now.convert(open, base, Rounding::HalfAwayFromZero)?.checked_sub(before)
}
