//! An amount on the wire.

use billfold_domain::kernel::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::receive::Check;

/// An amount in major units with exactly the decimals of its currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Money, example = json!({"amount": "12.34", "currency": "EUR"}))]
#[serde(deny_unknown_fields)]
pub struct WireMoney {
    /// A decimal number; more decimals than the currency has are refused, fewer are filled up.
    #[schema(example = "12.34", pattern = r"^-?[0-9]+(\.[0-9]+)?$", max_length = 24)]
    pub amount: String,
    /// ISO 4217, in capitals.
    #[schema(example = "EUR", pattern = "^[A-Z]{3}$", min_length = 3, max_length = 3)]
    pub currency: String,
}

impl From<Money> for WireMoney {
    fn from(money: Money) -> Self {
        Self { amount: money.to_major(), currency: money.currency().code().to_owned() }
    }
}

impl WireMoney {
    /// The amount, or what is wrong with it below `pointer`.
    pub fn read(&self, check: &mut Check, pointer: &str) -> Option<Money> {
        let currency =
            check.value(&format!("{pointer}/currency"), Currency::parse(&self.currency))?;
        let parse = |text: &str| Money::parse_major(text, currency);
        check.number(&format!("{pointer}/amount"), &self.amount, 24, parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(amount: &str, currency: &str) -> Result<Money, String> {
        let wire = WireMoney { amount: amount.to_owned(), currency: currency.to_owned() };
        let mut check = Check::default();
        wire.read(&mut check, "/price").ok_or_else(|| {
            let problem = check.problem();
            format!("{} {}", problem.errors()[0].pointer, problem.errors()[0].code)
        })
    }

    #[test]
    fn amounts_read_back_as_they_are_written() {
        for (amount, currency) in [("12.34", "EUR"), ("-0.01", "EUR"), ("655", "JPY")] {
            let wire = WireMoney::from(money(amount, currency).unwrap());
            assert_eq!((wire.amount.as_str(), wire.currency.as_str()), (amount, currency));
        }
    }

    #[test]
    fn a_wrong_amount_points_at_what_is_wrong() {
        for (amount, currency, expected) in [
            ("12.345", "EUR", "/price/amount money.too_precise"),
            ("1.5", "JPY", "/price/amount money.too_precise"),
            ("12,34", "EUR", "/price/amount money.not_a_number"),
            ("1e3", "EUR", "/price/amount money.not_a_number"),
            ("99999999999999999999", "EUR", "/price/amount money.out_of_range"),
            ("1", "eur", "/price/currency currency.unknown"),
        ] {
            assert_eq!(money(amount, currency).unwrap_err(), expected, "{amount} {currency}");
        }
    }
}
