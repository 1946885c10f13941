//! Amounts as Stripe counts them: whole numbers of a unit that is not always ours.
//!
//! Guarantees: an amount that Stripe cannot be told is refused before anything is sent, and what
//! Stripe tells is read by the same table. Source: Stripe's page "Supported currencies".

use billfold_app::ports::driver::{CallFailure, Why};
use billfold_domain::kernel::{Currency, Money};

/// What Stripe charges at most, in its own unit.
const MOST: i64 = 99_999_999;

/// How Stripe counts a currency.
#[derive(Clone, Copy)]
enum Unit {
    /// As we do.
    Ours,
    /// We have no decimals; Stripe counts hundredths, which must be whole.
    Hundredths,
    /// Two of our decimals that Stripe does not take.
    Whole,
    /// Three decimals, of which the last must be 0.
    Tens,
}

fn unit(currency: Currency) -> Unit {
    match currency.code() {
        "ISK" | "UGX" => Unit::Hundredths,
        "MGA" => Unit::Whole,
        "BHD" | "JOD" | "KWD" | "OMR" | "TND" => Unit::Tens,
        _ => Unit::Ours,
    }
}

/// Stripe's number for an amount.
///
/// # Errors
/// Stripe cannot be told this amount; nothing was sent.
pub(super) fn amount(money: Money) -> Result<i64, CallFailure> {
    let (minor, currency) = (money.minor(), money.currency());
    let counted = match unit(currency) {
        Unit::Ours => Some(minor),
        Unit::Hundredths => minor.checked_mul(100),
        Unit::Whole => (minor % 100 == 0).then_some(minor / 100),
        Unit::Tens => (minor % 10 == 0).then_some(minor),
    };
    let counted =
        counted.ok_or_else(|| refused(currency, "has more decimals than Stripe takes"))?;
    if counted < 1 {
        return Err(refused(currency, "is not more than nothing"));
    }
    if counted > MOST {
        return Err(refused(currency, "is more than Stripe takes at once"));
    }
    Ok(counted)
}

/// Stripe's word for a currency.
pub(super) fn currency(currency: Currency) -> String {
    currency.code().to_ascii_lowercase()
}

/// The amount that Stripe's number stands for; nothing for a currency we do not know, and for a
/// part of a unit that we cannot say.
pub(super) fn money(counted: i64, currency: &str) -> Option<Money> {
    let currency = Currency::parse(&currency.to_ascii_uppercase()).ok()?;
    let minor = match unit(currency) {
        Unit::Ours | Unit::Tens => Some(counted),
        Unit::Hundredths => (counted % 100 == 0).then_some(counted / 100),
        Unit::Whole => counted.checked_mul(100),
    };
    Money::try_new(minor?, currency).ok()
}

fn refused(currency: Currency, what: &str) -> CallFailure {
    let why = Why::new("amount_not_possible", format!("an amount in {currency} {what}"));
    CallFailure::Rejected { why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(minor: i64, code: &str) -> Money {
        Money::try_new(minor, Currency::parse(code).unwrap()).unwrap()
    }

    #[test]
    fn amounts_of_special_currencies_are_as_stripe_wants_them() {
        let told = [
            ("EUR", 1999, 1999),
            ("HUF", 1999, 1999),
            ("TWD", 1950, 1950),
            ("JPY", 500, 500),
            ("KRW", 500, 500),
            ("XPF", 500, 500),
            ("UGX", 500, 50_000),
            ("ISK", 7, 700),
            ("MGA", 1_900, 19),
            ("BHD", 5_120, 5_120),
            ("TND", 10, 10),
        ];
        for (code, ours, theirs) in told {
            assert_eq!(amount(of(ours, code)), Ok(theirs), "{code}");
            assert_eq!(money(theirs, &code.to_lowercase()), Some(of(ours, code)), "{code}");
        }
    }

    #[test]
    fn an_amount_that_stripe_cannot_be_told_is_refused() {
        for (code, ours) in [
            ("MGA", 1_950),
            ("KWD", 5_125),
            ("EUR", 0),
            ("EUR", -5),
            ("EUR", 100_000_000),
            ("UGX", 1_000_000),
            ("ISK", Money::LIMIT),
        ] {
            let refused = amount(of(ours, code));
            assert!(matches!(refused, Err(CallFailure::Rejected { .. })), "{code} {ours}");
        }
    }

    #[test]
    fn every_amount_comes_back_as_it_was_sent() {
        for currency in Currency::all() {
            for minor in [1, 9, 10, 99, 100, 101, 1_000, 12_345, 999_900, 99_999_999] {
                let ours = Money::try_new(minor, currency).unwrap();
                if let Ok(theirs) = amount(ours) {
                    let word = super::currency(currency);
                    assert_eq!(money(theirs, &word), Some(ours), "{currency} {minor}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_said_in_our_units_is_not_guessed() {
        assert_eq!(money(50_050, "ugx"), None);
        assert_eq!(money(100, "xyz"), None);
        assert_eq!(money(i64::MAX, "eur"), None);
    }
}
