//! Exact decimals that are not money: percentages, quantities, unit prices, exchange rates.
//!
//! Guarantees bounds under which every product below is exact in 128 bits, so that the only
//! rounding is the one that makes money. Stored as text without trailing zeros, so that equal
//! values have equal bytes. Absent on purpose: arithmetic between rates.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::kernel::currency::Currency;
use crate::kernel::money::{Money, MoneyRefusal, parse_decimal, round_scaled};
use crate::kernel::refusal::Invalid;
use crate::kernel::rounding::Rounding;
use crate::kernel::text::serde_as_text;

/// Declares a bounded decimal whose stored form is its shortest text.
macro_rules! bounded_decimal {
    (
        $(#[$doc:meta])*
        $name:ident, $field:literal, places $places:literal, $low:literal to $high:literal
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Decimal);

        impl $name {
            /// Checks the bounds and drops trailing zeros.
            pub fn try_new(value: Decimal) -> Result<Self, Invalid> {
                let value = value.normalize();
                let (low, high, places): (i64, i64, u32) = ($low, $high, $places);
                let inside = Decimal::from(low) <= value && value <= Decimal::from(high);
                if value.scale() > places || !inside {
                    return Err(Invalid::one(
                        $field,
                        concat!($field, ".out_of_range"),
                        format!("must lie between {low} and {high} with {places} decimals at most"),
                    ));
                }
                Ok(Self(value))
            }

            /// The exact value.
            pub fn value(self) -> Decimal {
                self.0
            }

            /// Whether the value is zero.
            pub fn is_zero(self) -> bool {
                self.0.is_zero()
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let not_a_number = || {
                    Invalid::one($field, concat!($field, ".not_a_number"), "must be a decimal")
                };
                parse_decimal(text).ok_or_else(not_a_number).and_then(Self::try_new)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        serde_as_text!($name);
    };
}

bounded_decimal!(
    /// A percentage: `21` is 21 %, up to six decimals.
    Percent, "percent", places 6, 0 to 1_000
);
bounded_decimal!(
    /// How much of something, up to six decimals; negative when something is taken back.
    Quantity, "quantity", places 6, -1_000_000_000 to 1_000_000_000
);
bounded_decimal!(
    /// How much of the base currency one unit of a foreign currency is worth.
    ExchangeRate, "exchange_rate", places 12, 0 to 1_000_000_000
);
bounded_decimal!(
    /// A price of one piece in major units, up to twelve decimals.
    PriceEach, "unit_price", places 12, -10_000_000_000 to 10_000_000_000
);

impl Percent {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// This percentage of an amount, rounded once.
    pub fn of(self, base: Money, rounding: Rounding) -> Result<Money, MoneyRefusal> {
        let base = base_parts(base);
        let product =
            base.mantissa.checked_mul(self.0.mantissa()).ok_or(MoneyRefusal::OutOfRange)?;
        let hundredths = 2;
        let scale = base.scale.saturating_add(self.0.scale()).saturating_add(hundredths);
        round_scaled(product, scale, base.currency, rounding)
    }
}

impl Quantity {
    /// One piece.
    pub const ONE: Self = Self(Decimal::ONE);

    /// The same, taken back.
    #[must_use]
    pub fn negate(self) -> Self {
        Self(-self.0)
    }
}

impl From<u32> for Quantity {
    /// A whole number of pieces; outside the bounds only above a thousand million, where it is
    /// cut to the bound.
    fn from(pieces: u32) -> Self {
        Self(Decimal::from(pieces.min(1_000_000_000)))
    }
}

impl ExchangeRate {
    /// What a foreign amount is worth in `base`, rounded once.
    pub fn convert(
        self,
        foreign: Money,
        base: Currency,
        rounding: Rounding,
    ) -> Result<Money, MoneyRefusal> {
        let foreign = base_parts(foreign);
        let product =
            foreign.mantissa.checked_mul(self.0.mantissa()).ok_or(MoneyRefusal::OutOfRange)?;
        round_scaled(product, foreign.scale.saturating_add(self.0.scale()), base, rounding)
    }
}

/// The price of one piece with its currency; may be finer than the minor unit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UnitPrice {
    amount: PriceEach,
    currency: Currency,
}

impl UnitPrice {
    /// A price in major units, up to twelve decimals.
    pub fn try_new(amount: Decimal, currency: Currency) -> Result<Self, Invalid> {
        Ok(Self { amount: PriceEach::try_new(amount)?, currency })
    }

    /// Reads major units such as `0.0125`.
    pub fn parse(amount: &str, currency: Currency) -> Result<Self, Invalid> {
        Ok(Self { amount: amount.parse()?, currency })
    }

    /// The exact price in major units.
    pub fn amount(self) -> Decimal {
        self.amount.value()
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// The price of so many pieces, rounded once.
    pub fn times(self, quantity: Quantity, rounding: Rounding) -> Result<Money, MoneyRefusal> {
        let (price, quantity) = (self.amount.value(), quantity.value());
        let product =
            price.mantissa().checked_mul(quantity.mantissa()).ok_or(MoneyRefusal::OutOfRange)?;
        let scale = price.scale().saturating_add(quantity.scale());
        round_scaled(product, scale, self.currency, rounding)
    }
}

impl TryFrom<Money> for UnitPrice {
    type Error = Invalid;

    /// An amount as the price of one piece.
    fn try_from(money: Money) -> Result<Self, Self::Error> {
        Self::try_new(money.to_decimal(), money.currency())
    }
}

impl fmt::Debug for UnitPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

/// An amount as `mantissa / 10^scale` major units.
struct Parts {
    mantissa: i128,
    scale: u32,
    currency: Currency,
}

fn base_parts(money: Money) -> Parts {
    let currency = money.currency();
    Parts { mantissa: i128::from(money.minor()), scale: currency.exponent(), currency }
}
