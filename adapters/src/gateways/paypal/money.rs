//! Amounts as PayPal writes them: a text in major units.
//!
//! Guarantees: what PayPal could not say is refused before anything is sent, and an answer with
//! more decimals than PayPal takes is not read as money.

use billfold_app::ports::driver::{CallFailure, Why};
use billfold_domain::kernel::{Currency, Money};

use super::wire::Amount;

/// The currencies that PayPal offers for payments, by ISO 4217 code ("Currency codes").
pub(super) const CURRENCIES: &[&str] = &[
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY",
    "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD",
];

/// Currencies that PayPal takes in whole units alone, whatever ISO 4217 says.
const WHOLE: &[&str] = &["HUF", "JPY", "TWD"];

/// An amount to be paid or sent back.
pub(super) fn write(amount: Money) -> Result<Amount, CallFailure> {
    if !amount.is_positive() {
        return Err(refused("amount_not_positive", "PayPal moves amounts above zero alone"));
    }
    write_any(amount).ok_or_else(|| {
        let code = amount.currency().code();
        if CURRENCIES.contains(&code) {
            refused("decimals_not_supported", format!("PayPal takes {code} in whole units alone"))
        } else {
            refused("currency_not_taken", format!("PayPal does not take {code}"))
        }
    })
}

/// An amount that may be nothing, such as the tax of a line; none where PayPal cannot say it.
pub(super) fn write_any(amount: Money) -> Option<Amount> {
    let currency = amount.currency();
    if amount.is_negative() || !CURRENCIES.contains(&currency.code()) {
        return None;
    }
    let value = match whole_unit(currency) {
        Some(unit) if amount.minor() % unit == 0 => (amount.minor() / unit).to_string(),
        Some(_) => return None,
        None => amount.to_major(),
    };
    Some(Amount { currency_code: currency.code().to_owned(), value })
}

/// What PayPal says, as money; none where it cannot be that.
pub(super) fn read(amount: &Amount) -> Option<Money> {
    let currency = Currency::parse(&amount.currency_code).ok()?;
    let value = match amount.value.strip_prefix('.') {
        Some(decimals) => format!("0.{decimals}"),
        None => amount.value.clone(),
    };
    let money = Money::parse_major(&value, currency).ok()?;
    let is_whole = whole_unit(currency).is_none_or(|unit| money.minor() % unit == 0);
    (is_whole && !money.is_negative()).then_some(money)
}

/// What a settlement report says: the smallest unit that PayPal takes of the currency.
pub(super) fn read_units(units: &str, code: &str) -> Option<Money> {
    let currency = Currency::parse(code).ok()?;
    if units.is_empty() || !units.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let units = units.parse::<i64>().ok()?;
    let minor = units.checked_mul(whole_unit(currency).unwrap_or(1))?;
    Money::try_new(minor, currency).ok()
}

/// How many minor units one whole unit has, where PayPal takes whole units alone.
fn whole_unit(currency: Currency) -> Option<i64> {
    WHOLE.contains(&currency.code()).then(|| 10_i64.pow(currency.exponent()))
}

fn refused(code: &str, text: impl AsRef<str>) -> CallFailure {
    CallFailure::Rejected { why: Why::new(code, text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, code: &str) -> Money {
        Money::try_new(minor, Currency::parse(code).unwrap()).unwrap()
    }

    #[test]
    fn amounts_are_said_in_the_decimals_that_paypal_takes() {
        for (minor, code, says) in [
            (1999, "USD", "19.99"),
            (5, "EUR", "0.05"),
            (1999, "JPY", "1999"),
            (199_900, "HUF", "1999"),
            (100, "TWD", "1"),
        ] {
            let amount = write(money(minor, code)).unwrap();
            assert_eq!((amount.currency_code.as_str(), amount.value.as_str()), (code, says));
            assert_eq!(read(&amount), Some(money(minor, code)));
        }
    }

    #[test]
    fn amounts_without_decimals_are_refused_with_cents() {
        for (minor, code) in [(199_950, "HUF"), (1, "TWD"), (1999, "BDT"), (0, "USD"), (-1, "USD")]
        {
            let failed = write(money(minor, code));
            assert!(matches!(failed, Err(CallFailure::Rejected { .. })), "{minor} {code}");
        }
    }

    #[test]
    fn an_answer_that_is_no_amount_is_not_read_as_one() {
        for (value, code) in [
            ("19.999", "USD"),
            ("1999.50", "HUF"),
            ("19.50", "JPY"),
            ("-1.00", "USD"),
            ("1,999", "USD"),
            ("1e3", "USD"),
            ("", "USD"),
            ("1.00", "usd"),
            ("1.00", "XXX"),
        ] {
            let amount = Amount { currency_code: code.to_owned(), value: value.to_owned() };
            assert_eq!(read(&amount), None, "{value} {code}");
        }
        let amount = Amount { currency_code: "USD".to_owned(), value: ".50".to_owned() };
        assert_eq!(read(&amount), Some(money(50, "USD")));
        let amount = Amount { currency_code: "HUF".to_owned(), value: "1999.00".to_owned() };
        assert_eq!(read(&amount), Some(money(199_900, "HUF")));
    }

    #[test]
    fn units_of_a_settlement_report_are_the_smallest_that_paypal_takes() {
        assert_eq!(read_units("1999", "USD"), Some(money(1999, "USD")));
        assert_eq!(read_units("1999", "JPY"), Some(money(1999, "JPY")));
        assert_eq!(read_units("1999", "HUF"), Some(money(199_900, "HUF")));
        for (units, code) in [("19.99", "USD"), ("-5", "USD"), ("", "USD"), ("5", "US")] {
            assert_eq!(read_units(units, code), None);
        }
    }
}
