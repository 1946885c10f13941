//! Money: whole minor units of one currency.
//!
//! Guarantees that an amount is exact, that a JSON number holds it without loss (at most
//! 2^53 - 1 minor units either way), and that two currencies never meet in a sum. There is no
//! `+`: every operation that can fail says so. A fraction becomes money only through [`round`],
//! written at the call. Absent on purpose: floats, and formatting for people.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::kernel::currency::Currency;
use crate::kernel::refusal::{Refusal, RefusalKind};
use crate::kernel::rounding::{Rounding, divide, power_of_ten};

/// An amount in minor units (cents for EUR, yen for JPY) with its currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why amounts cannot be combined or read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MoneyRefusal {
    /// The result is larger than any amount we can keep.
    #[error("the amount is larger than {} minor units", Money::LIMIT)]
    OutOfRange,
    /// Two currencies in one sum.
    #[error("amounts in {left} and {right} cannot be added, convert one of them first")]
    MixedCurrencies {
        /// Currency of the first amount.
        left: Currency,
        /// Currency of the second amount.
        right: Currency,
    },
    /// More decimals than the currency has.
    #[error("the amount is finer than the minor unit of {currency}")]
    TooPrecise {
        /// The currency asked for.
        currency: Currency,
    },
    /// Not a decimal number.
    #[error("the amount is not a decimal number such as 12.34")]
    NotANumber,
    /// Nothing to spread an amount over.
    #[error("an amount can only be split by weights that are not all zero")]
    NoShares,
}

impl Refusal for MoneyRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::OutOfRange => "money.out_of_range",
            Self::MixedCurrencies { .. } => "money.mixed_currencies",
            Self::TooPrecise { .. } => "money.too_precise",
            Self::NotANumber => "money.not_a_number",
            Self::NoShares => "money.no_shares",
        }
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Malformed
    }
}

impl Money {
    /// The largest number of minor units, 2^53 - 1: what every JSON reader keeps exactly.
    pub const LIMIT: i64 = 9_007_199_254_740_991;

    /// An amount in minor units.
    pub fn try_new(minor: i64, currency: Currency) -> Result<Self, MoneyRefusal> {
        if minor.unsigned_abs() > Self::LIMIT.unsigned_abs() {
            return Err(MoneyRefusal::OutOfRange);
        }
        Ok(Self { minor, currency })
    }

    /// Nothing, in a currency.
    pub fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// The amount in minor units.
    pub fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// Whether the amount is nothing.
    pub fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether the amount is more than nothing.
    pub fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// Whether the amount is less than nothing.
    pub fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// The sum; refuses another currency and an amount past the limit.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyRefusal> {
        if self.currency != other.currency {
            let (left, right) = (self.currency, other.currency);
            return Err(MoneyRefusal::MixedCurrencies { left, right });
        }
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyRefusal::OutOfRange)?;
        Self::try_new(minor, self.currency)
    }

    /// The difference; refuses what [`Money::checked_add`] refuses.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyRefusal> {
        self.checked_add(other.negate())
    }

    /// The sum of several amounts, starting from nothing in `currency`.
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, MoneyRefusal> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::checked_add)
    }

    /// The same amount with the other sign. Cannot overflow: the limits are symmetric.
    pub fn negate(self) -> Self {
        Self { minor: self.minor.saturating_neg(), currency: self.currency }
    }

    /// The amount without its sign.
    pub fn abs(self) -> Self {
        if self.is_negative() { self.negate() } else { self }
    }

    /// Spreads the amount over weights without losing a cent: the shares always sum to it.
    ///
    /// Share n is the [`part`] between the weights before it and after it, so that a cent falls
    /// where the running total passes a half, and a zero weight gets nothing.
    pub fn allocate(self, weights: &[u64]) -> Result<Vec<Self>, MoneyRefusal> {
        let total = weights.iter().try_fold(0_u64, |sum, weight| sum.checked_add(*weight));
        let of = total.filter(|total| *total > 0).ok_or(MoneyRefusal::NoShares)?;
        let mut from = 0_u64;
        let mut shares = Vec::with_capacity(weights.len());
        for weight in weights {
            let to = from.saturating_add(*weight);
            shares.push(part(self, from, to, of)?);
            from = to;
        }
        Ok(shares)
    }

    /// Reads major units such as `12.34`. Refuses what is finer than the minor unit rather than
    /// rounding it silently.
    pub fn parse_major(text: &str, currency: Currency) -> Result<Self, MoneyRefusal> {
        let decimal = parse_decimal(text).ok_or(MoneyRefusal::NotANumber)?;
        let rounded = round(decimal, currency, Rounding::TowardZero)?;
        if rounded.to_decimal() != decimal {
            return Err(MoneyRefusal::TooPrecise { currency });
        }
        Ok(rounded)
    }

    /// Major units with exactly the decimals of the currency: `12.30`, `655`, `1.500`.
    pub fn to_major(self) -> String {
        self.to_decimal().to_string()
    }

    /// The amount in major units, exactly.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.minor, self.currency.exponent())
    }
}

/// Turns an exact amount in major units into money; the only way from a fraction to cents.
pub fn round(
    amount: Decimal,
    currency: Currency,
    rounding: Rounding,
) -> Result<Money, MoneyRefusal> {
    round_scaled(amount.mantissa(), amount.scale(), currency, rounding)
}

/// The part of an amount between two cuts of a whole, rounded so that parts telescope:
/// `round(amount * to / of) - round(amount * from / of)`.
///
/// Any cuts of `0..of` give parts that sum to the amount: 10.00 over 31 days is 10.00 again.
/// Refuses a whole of zero and cuts that lie outside it or run backwards.
pub fn part(amount: Money, from: u64, to: u64, of: u64) -> Result<Money, MoneyRefusal> {
    if from > to || to > of {
        return Err(MoneyRefusal::NoShares);
    }
    let up_to = |cut: u64| {
        let product = i128::from(amount.minor).checked_mul(i128::from(cut))?;
        divide(product, i128::from(of), Rounding::HalfAwayFromZero)
    };
    let (Some(end), Some(start)) = (up_to(to), up_to(from)) else {
        return Err(MoneyRefusal::NoShares);
    };
    let minor = end.checked_sub(start).and_then(|minor| i64::try_from(minor).ok());
    Money::try_new(minor.ok_or(MoneyRefusal::OutOfRange)?, amount.currency)
}

/// Rounds `mantissa / 10^scale` major units to minor ones, in whole numbers only.
pub(crate) fn round_scaled(
    mantissa: i128,
    scale: u32,
    currency: Currency,
    rounding: Rounding,
) -> Result<Money, MoneyRefusal> {
    let minor = power_of_ten(currency.exponent())
        .and_then(|factor| mantissa.checked_mul(factor))
        .and_then(|numerator| divide(numerator, power_of_ten(scale)?, rounding))
        .and_then(|minor| i64::try_from(minor).ok());
    Money::try_new(minor.ok_or(MoneyRefusal::OutOfRange)?, currency)
}

/// A plain decimal: an optional sign, digits, at most one point. No exponent, no separators.
pub(crate) fn parse_decimal(text: &str) -> Option<Decimal> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let plain = unsigned.chars().all(|c| c.is_ascii_digit() || c == '.');
    let bounded = unsigned.starts_with(|c: char| c.is_ascii_digit()) && !unsigned.ends_with('.');
    if !plain || !bounded {
        return None;
    }
    Decimal::from_str_exact(text).ok()
}

/// The stored form, before the limit was checked.
#[derive(Deserialize)]
struct Stored {
    minor: i64,
    currency: Currency,
}

impl TryFrom<Stored> for Money {
    type Error = MoneyRefusal;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        Self::try_new(stored.minor, stored.currency)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
