//! Amounts whose cents are not decided yet: exact fractions of a minor unit.
//!
//! A share of an amount, a percentage of a share, a sum of such: none of them is rounded until
//! [`Unrounded::round`] says how. Guarantees exact arithmetic; what no longer fits into 128 bits
//! is refused and never approximated. Absent on purpose: a stored form, because an event holds
//! money; and any operation that rounds on the way.

use std::cmp::Ordering;
use std::fmt;

use crate::kernel::currency::Currency;
use crate::kernel::money::{Money, MoneyRefusal};
use crate::kernel::rate::Percent;
use crate::kernel::rounding::{Rounding, divide, power_of_ten};

/// A fraction of minor units in a currency.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Unrounded {
    value: Fraction,
    currency: Currency,
}

impl Unrounded {
    /// Nothing, in a currency.
    pub fn zero(currency: Currency) -> Self {
        Self { value: Fraction::whole(0), currency }
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// Whether the amount is nothing at all, not even part of a cent.
    pub fn is_zero(self) -> bool {
        self.value.numerator == 0
    }

    /// Whether the amount is more than nothing.
    pub fn is_positive(self) -> bool {
        self.value.numerator > 0
    }

    /// The sum; refuses another currency.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyRefusal> {
        self.same_currency(other)?;
        self.with(self.value.plus(other.value))
    }

    /// The difference; refuses another currency.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyRefusal> {
        self.same_currency(other)?;
        self.with(other.value.negated().and_then(|value| self.value.plus(value)))
    }

    /// The sum of several amounts, starting from nothing in `currency`.
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, MoneyRefusal> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::checked_add)
    }

    /// Which of two amounts is larger; refuses another currency.
    pub fn compare(self, other: Self) -> Result<Ordering, MoneyRefusal> {
        Ok(self.checked_sub(other)?.value.numerator.cmp(&0))
    }

    /// So many percent of the amount, exactly.
    pub fn percent(self, percent: Percent) -> Result<Self, MoneyRefusal> {
        let percent = percent.value();
        let hundredths = 2;
        let share = power_of_ten(percent.scale().saturating_add(hundredths))
            .and_then(|denominator| Fraction::reduced(percent.mantissa(), denominator));
        self.with(share.and_then(|share| self.value.times(share)))
    }

    /// So many percent of the amount, rounded once.
    pub fn round_percent(
        self,
        percent: Percent,
        rounding: Rounding,
    ) -> Result<Money, MoneyRefusal> {
        let rate = percent.value();
        let hundredths = 2;
        // One division of the products as they are; reducing them first costs far more and is
        // needed only where they do not fit.
        let minor = self.value.numerator.checked_mul(rate.mantissa()).and_then(|numerator| {
            let factor = power_of_ten(rate.scale().saturating_add(hundredths))?;
            divide(numerator, self.value.denominator.checked_mul(factor)?, rounding)
        });
        match minor.and_then(|minor| i64::try_from(minor).ok()) {
            Some(minor) => Money::try_new(minor, self.currency),
            None => self.percent(percent)?.round(rounding),
        }
    }

    /// `numerator / denominator` of the amount, such as unused days of the days paid for.
    pub fn portion(self, numerator: u64, denominator: u64) -> Result<Self, MoneyRefusal> {
        if denominator == 0 {
            return Err(MoneyRefusal::NoShares);
        }
        let share = Fraction::reduced(i128::from(numerator), i128::from(denominator));
        self.with(share.and_then(|share| self.value.times(share)))
    }

    /// The share of the amount that `piece` is of `whole`; refuses a whole of nothing.
    pub fn in_proportion(self, piece: Self, whole: Self) -> Result<Self, MoneyRefusal> {
        piece.same_currency(whole)?;
        if whole.is_zero() {
            return Err(MoneyRefusal::NoShares);
        }
        let share = whole.value.inverse().and_then(|whole| piece.value.times(whole));
        self.with(share.and_then(|share| self.value.times(share)))
    }

    /// Whether sums and percentages of these amounts will fit: their common denominator leaves
    /// room for ordinary amounts and rates.
    pub fn are_summable(amounts: &[Self]) -> bool {
        const ROOM: i128 = 1 << 80;
        let common = amounts.iter().try_fold(1_i128, |common, amount| {
            let denominator = amount.value.denominator;
            let known = common_divisor(common, denominator)?;
            common.checked_mul(denominator.checked_div(known)?).filter(|common| *common <= ROOM)
        });
        common.is_some()
    }

    /// Decides the cents; the only way from here to money.
    pub fn round(self, rounding: Rounding) -> Result<Money, MoneyRefusal> {
        let minor = divide(self.value.numerator, self.value.denominator, rounding)
            .and_then(|minor| i64::try_from(minor).ok());
        Money::try_new(minor.ok_or(MoneyRefusal::OutOfRange)?, self.currency)
    }

    fn with(self, value: Option<Fraction>) -> Result<Self, MoneyRefusal> {
        let value = value.ok_or(MoneyRefusal::OutOfRange)?;
        Ok(Self { value, currency: self.currency })
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyRefusal> {
        if self.currency == other.currency {
            return Ok(());
        }
        let (left, right) = (self.currency, other.currency);
        Err(MoneyRefusal::MixedCurrencies { left, right })
    }
}

impl From<Money> for Unrounded {
    fn from(money: Money) -> Self {
        Self { value: Fraction::whole(i128::from(money.minor())), currency: money.currency() }
    }
}

impl fmt::Debug for Unrounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fraction { numerator, denominator } = self.value;
        write!(f, "{numerator}/{denominator} minor units of {}", self.currency)
    }
}

/// A fraction in lowest terms with a denominator above zero, so that equal values are equal.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Fraction {
    numerator: i128,
    denominator: i128,
}

impl Fraction {
    fn whole(numerator: i128) -> Self {
        Self { numerator, denominator: 1 }
    }

    /// Nothing for a zero denominator.
    fn reduced(numerator: i128, denominator: i128) -> Option<Self> {
        let common = common_divisor(numerator, denominator)?;
        let (numerator, denominator) =
            (numerator.checked_div(common)?, denominator.checked_div(common)?);
        match denominator.cmp(&0) {
            Ordering::Greater => Some(Self { numerator, denominator }),
            Ordering::Equal => None,
            Ordering::Less => Some(Self {
                numerator: numerator.checked_neg()?,
                denominator: denominator.checked_neg()?,
            }),
        }
    }

    fn plus(self, other: Self) -> Option<Self> {
        if self.denominator == other.denominator {
            let sum = self.numerator.checked_add(other.numerator)?;
            return if self.denominator == 1 {
                Some(Self::whole(sum))
            } else {
                Self::reduced(sum, self.denominator)
            };
        }
        // Over the least common denominator, so that many lines of one split stay small.
        let common = common_divisor(self.denominator, other.denominator)?;
        let (mine, theirs) =
            (other.denominator.checked_div(common)?, self.denominator.checked_div(common)?);
        let left = self.numerator.checked_mul(mine)?;
        let right = other.numerator.checked_mul(theirs)?;
        Self::reduced(left.checked_add(right)?, self.denominator.checked_mul(mine)?)
    }

    fn times(self, other: Self) -> Option<Self> {
        // Reduced crosswise first: the products are then as small as the result allows.
        let left = Self::reduced(self.numerator, other.denominator)?;
        let right = Self::reduced(other.numerator, self.denominator)?;
        Some(Self {
            numerator: left.numerator.checked_mul(right.numerator)?,
            denominator: left.denominator.checked_mul(right.denominator)?,
        })
    }

    fn negated(self) -> Option<Self> {
        Some(Self { numerator: self.numerator.checked_neg()?, denominator: self.denominator })
    }

    fn inverse(self) -> Option<Self> {
        Self::reduced(self.denominator, self.numerator)
    }
}

/// The greatest common divisor, at least one; nothing if it does not fit.
fn common_divisor(left: i128, right: i128) -> Option<i128> {
    let (mut a, mut b) = (left.unsigned_abs(), right.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a.checked_rem(b)?);
    }
    i128::try_from(a.max(1)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn eur(minor: i64) -> Unrounded {
        Money::try_new(minor, Currency::EUR).unwrap().into()
    }

    fn cents(amount: Unrounded) -> i64 {
        amount.round(Rounding::HalfAwayFromZero).unwrap().minor()
    }

    #[test]
    fn thirds_of_a_cent_come_together_again() {
        let third = eur(1).portion(1, 3).unwrap();
        assert_eq!(cents(third), 0);
        assert_eq!(Unrounded::sum(Currency::EUR, [third; 3]), Ok(eur(1)));
    }

    #[test]
    fn a_percentage_of_a_share_is_rounded_once() {
        // 50.00 * 20 / 28 = 35.714..., of which 20 % are 7.142...
        let share = eur(5_000).portion(20, 28).unwrap();
        assert_eq!(cents(share), 3_571);
        assert_eq!(cents(share.percent("20".parse().unwrap()).unwrap()), 714);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let dollar: Unrounded = Money::try_new(1, Currency::USD).unwrap().into();
        let mixed = MoneyRefusal::MixedCurrencies { left: Currency::EUR, right: Currency::USD };
        assert_eq!(eur(1).checked_add(dollar), Err(mixed.clone()));
        assert_eq!(eur(1).compare(dollar), Err(mixed.clone()));
        assert_eq!(eur(1).in_proportion(eur(1), dollar), Err(mixed));
        assert_eq!(eur(1).portion(1, 0), Err(MoneyRefusal::NoShares));
        assert_eq!(eur(1).in_proportion(eur(1), eur(0)), Err(MoneyRefusal::NoShares));
    }

    #[test]
    fn what_does_not_fit_is_refused_rather_than_approximated() {
        let mut tiny = eur(Money::LIMIT);
        let refused = (1..20).find_map(|_| match tiny.portion(1, 18_446_744_073_709_551_557) {
            Ok(smaller) => {
                tiny = smaller;
                None
            }
            Err(refusal) => Some(refusal),
        });
        assert_eq!(refused, Some(MoneyRefusal::OutOfRange));
    }

    proptest! {
        #[test]
        fn shares_of_a_whole_sum_to_the_amount(
            amount in -1_000_000_000_i64..1_000_000_000,
            weights in prop::collection::vec(1_i64..1_000_000, 1..8),
        ) {
            let whole = eur(weights.iter().sum());
            let shares = weights.iter().map(|weight| {
                eur(amount).in_proportion(eur(*weight), whole).unwrap()
            });
            prop_assert_eq!(Unrounded::sum(Currency::EUR, shares), Ok(eur(amount)));
        }

        #[test]
        fn a_percentage_of_money_is_what_the_percentage_itself_says(
            minor in -1_000_000_000_i64..1_000_000_000,
            mantissa in 0_i64..1_000_000_000,
        ) {
            let rate = Percent::try_new(rust_decimal::Decimal::new(mantissa, 6)).unwrap();
            let money = Money::try_new(minor, Currency::EUR).unwrap();
            let once = rate.of(money, Rounding::HalfAwayFromZero).unwrap();
            let exact = Unrounded::from(money).percent(rate).unwrap();
            prop_assert_eq!(exact.round(Rounding::HalfAwayFromZero), Ok(once));
            let at_once = Unrounded::from(money).round_percent(rate, Rounding::HalfAwayFromZero);
            prop_assert_eq!(at_once, Ok(once));
        }
    }
}
