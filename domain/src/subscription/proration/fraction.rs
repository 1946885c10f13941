//! Fractions: an exact share of a whole.
//!
//! Guarantees that a share lies between nothing and the whole, and that it is never rounded on its
//! own: it becomes money in one step. Kept as counted (14 of 28 days stay `14/28`), so that a line
//! can say how it came about. Absent on purpose: sums of shares, which would have to be rounded.

use std::fmt;

use rust_decimal::Decimal;

use crate::kernel::{Money, MoneyRefusal, Rounding, divide, power_of_ten};

/// So many of so many, at most all of them. `Display` is `1` for all, else `14/28`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fraction {
    part: u64,
    whole: u64,
}

impl Fraction {
    /// All of it.
    pub const WHOLE: Self = Self { part: 1, whole: 1 };

    /// None of it.
    pub const NONE: Self = Self { part: 0, whole: 1 };

    /// A share; nothing for a whole of zero. More than the whole is the whole.
    pub fn of(part: u64, whole: u64) -> Option<Self> {
        (whole > 0).then(|| Self { part: part.min(whole), whole })
    }

    /// How many.
    pub fn part(self) -> u64 {
        self.part
    }

    /// Of how many, at least one.
    pub fn whole(self) -> u64 {
        self.whole
    }

    /// Whether it is all.
    pub fn is_whole(self) -> bool {
        self.part == self.whole
    }

    /// This share of an amount, rounded once.
    pub fn of_money(self, amount: Money, rounding: Rounding) -> Result<Money, MoneyRefusal> {
        let minor = i128::from(amount.minor())
            .checked_mul(i128::from(self.part))
            .and_then(|product| divide(product, i128::from(self.whole), rounding))
            .and_then(|minor| i64::try_from(minor).ok());
        Money::try_new(minor.ok_or(MoneyRefusal::OutOfRange)?, amount.currency())
    }

    /// As a decimal with so many places, at most 18, half away from zero.
    pub fn to_decimal(self, places: u32) -> Decimal {
        let places = places.min(18);
        let scaled = power_of_ten(places)
            .and_then(|ten| ten.checked_mul(i128::from(self.part)))
            .and_then(|part| divide(part, i128::from(self.whole), Rounding::HalfAwayFromZero));
        scaled
            .and_then(|scaled| Decimal::try_from_i128_with_scale(scaled, places).ok())
            .unwrap_or(Decimal::ONE)
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_whole() { f.write_str("1") } else { write!(f, "{}/{}", self.part, self.whole) }
    }
}

impl fmt::Debug for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Currency;

    #[test]
    fn a_share_is_shown_as_it_was_counted() {
        let share = |part, whole| Fraction::of(part, whole).unwrap().to_string();
        assert_eq!(share(14, 28), "14/28");
        assert_eq!(share(0, 28), "0/28");
        assert_eq!(share(28, 28), "1");
    }

    #[test]
    fn a_share_is_at_most_the_whole_and_never_of_nothing() {
        assert_eq!(Fraction::of(31, 30).map(Fraction::is_whole), Some(true));
        assert_eq!(Fraction::of(1, 0), None);
    }

    #[test]
    fn a_share_of_an_amount_is_rounded_once_and_mirrors_its_sign() {
        let money = |minor| Money::try_new(minor, Currency::EUR).unwrap();
        let half = Fraction::of(1, 2).unwrap();
        assert_eq!(half.of_money(money(5), Rounding::default()), Ok(money(3)));
        assert_eq!(half.of_money(money(-5), Rounding::default()), Ok(money(-3)));
        let limit = money(Money::LIMIT);
        let most = Fraction::of(u64::MAX - 1, u64::MAX).unwrap();
        assert_eq!(most.of_money(limit, Rounding::default()), Ok(limit));
    }

    #[test]
    fn as_a_decimal_it_keeps_its_places() {
        assert_eq!(Fraction::of(7, 31).unwrap().to_decimal(9).to_string(), "0.225806452");
        assert_eq!(Fraction::WHOLE.to_decimal(9).to_string(), "1.000000000");
        let tiny = Fraction::of(u64::MAX - 1, u64::MAX).unwrap();
        assert_eq!(tiny.to_decimal(99).to_string(), "1.000000000000000000");
    }
}
