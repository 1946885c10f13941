//! Terms: what is charged for a whole cycle.
//!
//! Guarantees that the quantity is multiplied in before the one rounding. Absent on purpose: the
//! length of the cycle.

use serde::{Deserialize, Serialize};

use super::fraction::Fraction;
use crate::kernel::{Money, MoneyRefusal, Quantity, Rounding, UnitPrice, divide, power_of_ten};

/// A list price of one piece for a whole cycle, and how many pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Of one piece for a whole cycle.
    pub price: UnitPrice,
    /// How many pieces.
    pub quantity: Quantity,
}

impl Terms {
    /// What a share of a cycle costs: price times quantity times share, rounded once. Refuses what
    /// is more than money can be.
    pub fn charge(self, share: Fraction, rounding: Rounding) -> Result<Money, MoneyRefusal> {
        let currency = self.price.currency();
        let minor = self.minor(share, currency.exponent(), rounding);
        Money::try_new(minor.ok_or(MoneyRefusal::OutOfRange)?, currency)
    }

    /// The exact product divided in two steps, so that seconds of a century fit: first whole
    /// wholes, then the rest, whose product with the part is small. Both have the same sign.
    fn minor(self, share: Fraction, exponent: u32, rounding: Rounding) -> Option<i64> {
        let (price, quantity) =
            (self.price.amount().normalize(), self.quantity.value().normalize());
        let product = price.mantissa().checked_mul(quantity.mantissa())?;
        let dividend = product.checked_mul(power_of_ten(exponent)?)?;
        let scale = price.scale().checked_add(quantity.scale())?;
        let divisor = power_of_ten(scale)?.checked_mul(i128::from(share.whole()))?;
        let part = i128::from(share.part());
        let whole = dividend.checked_div(divisor)?.checked_mul(part)?;
        let rest = dividend.checked_rem(divisor)?.checked_mul(part)?;
        i64::try_from(whole.checked_add(divide(rest, divisor, rounding)?)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::*;
    use crate::kernel::{Currency, Invalid};

    fn terms(price: &str, quantity: &str, currency: Currency) -> Result<Terms, Invalid> {
        let price = UnitPrice::parse(price, currency)?;
        Ok(Terms { price, quantity: quantity.parse()? })
    }

    fn charge(price: &str, quantity: &str, part: u64, whole: u64) -> String {
        let share = Fraction::of(part, whole).unwrap();
        let terms = terms(price, quantity, Currency::EUR).unwrap();
        terms.charge(share, Rounding::default()).unwrap().to_major()
    }

    #[test]
    fn a_share_of_price_times_quantity_is_rounded_once() {
        assert_eq!(charge("249.95", "1", 14, 28), "124.98");
        assert_eq!(charge("0.333", "3", 1, 2), "0.50");
        assert_eq!(charge("-249.95", "1", 14, 28), "-124.98");
        assert_eq!(charge("10.00", "5", 1, 1), "50.00");
    }

    #[test]
    fn currencies_without_and_with_three_decimals_keep_theirs() {
        let half = Fraction::of(1, 2).unwrap();
        let half_of = |price, currency| {
            let terms = terms(price, "1", currency).unwrap();
            terms.charge(half, Rounding::default()).unwrap().to_major()
        };
        assert_eq!(half_of("655", Currency::parse("JPY").unwrap()), "328");
        assert_eq!(half_of("1.001", Currency::parse("BHD").unwrap()), "0.501");
    }

    #[test]
    fn seconds_of_a_century_at_the_finest_price_still_fit() {
        let century = 3_155_760_000;
        assert_eq!(charge("9999999.999999999999", "9.999999", century - 1, century), "99999989.97");
        let most = terms("10000000000", "1000000000", Currency::EUR).unwrap();
        assert_eq!(
            most.charge(Fraction::WHOLE, Rounding::default()),
            Err(MoneyRefusal::OutOfRange)
        );
    }

    proptest! {
        #[test]
        fn dividing_in_two_steps_changes_nothing(
            mantissa in -1_000_000_000_i64..1_000_000_000,
            scale in 0_u32..=6,
            pieces in 0_u32..10_000,
            whole in 1_u64..100_000,
            part in 0_u64..100_000,
        ) {
            let share = Fraction::of(part, whole).unwrap();
            let price = UnitPrice::try_new(Decimal::new(mantissa, scale), Currency::EUR).unwrap();
            let terms = Terms { price, quantity: pieces.into() };
            let exact = i128::from(mantissa) * i128::from(pieces) * 100 * i128::from(share.part());
            let of = 10_i128.pow(scale) * i128::from(share.whole());
            let once = divide(exact, of, Rounding::default()).unwrap();
            let charged = terms.charge(share, Rounding::default()).unwrap();
            prop_assert_eq!(i128::from(charged.minor()), once);
        }
    }
}
