//! What the parts of a bundle are worth: its price by their stand-alone prices.
//!
//! Guarantees parts that sum to the price; each is rounded for itself and the last that has a
//! price takes the rest. Source: ASC 606-10-32-31, IFRS 15.76; case family `revrec.allocation`.

use crate::kernel::{Money, MoneyRefusal};
use crate::revenue::RevenueRefusal;
use crate::revenue::spread::spread;

/// The share of each part in a price, in the order given. Refuses stand-alone prices below zero,
/// in another currency, and a price for parts that are all worth nothing.
pub fn allocate(price: Money, standalone: &[Money]) -> Result<Vec<Money>, RevenueRefusal> {
    let weight = |alone: &Money| {
        if alone.currency() != price.currency() {
            let (left, right) = (price.currency(), alone.currency());
            return Err(MoneyRefusal::MixedCurrencies { left, right }.into());
        }
        u64::try_from(alone.minor()).map_err(|_| RevenueRefusal::NegativePrice { price: *alone })
    };
    let weights = standalone.iter().map(weight).collect::<Result<Vec<u64>, RevenueRefusal>>()?;
    Ok(spread(price, &weights)?)
}
