//! Amounts as SSLCommerz writes them: `1150.00`, with two decimals in every currency it takes.

use billfold_app::ports::driver::{CallFailure, Why};
use billfold_domain::kernel::{Currency, Money};

/// What it takes; each has two decimals.
pub(super) const CURRENCIES: &[&str] =
    &["BDT", "USD", "EUR", "GBP", "AUD", "CAD", "SGD", "INR", "MYR"];
/// What it counts in itself.
pub(super) const TAKA: &str = "BDT";
/// What one payment may be, in minor units of taka: 10.00 to 500,000.00.
const TAKA_RANGE: std::ops::RangeInclusive<i64> = 1_000..=50_000_000;
/// The largest number of ten digits, in minor units.
const LARGEST: i64 = 9_999_999_999;

/// An amount to ask a payer for.
pub(super) fn asked(amount: Money) -> Result<String, CallFailure> {
    let text = written(amount)?;
    if amount.currency().code() == TAKA && !TAKA_RANGE.contains(&amount.minor()) {
        return Err(refused("one payment must be between 10.00 and 500000.00 BDT"));
    }
    Ok(text)
}

/// An amount to send back.
pub(super) fn sent_back(amount: Money) -> Result<String, CallFailure> {
    if amount.currency().code() != TAKA {
        let says = "a payment that was not made in BDT is refunded in the panel of SSLCommerz";
        return Err(refused(says));
    }
    written(amount)
}

fn written(amount: Money) -> Result<String, CallFailure> {
    if !CURRENCIES.contains(&amount.currency().code()) {
        let says = format!("SSLCommerz takes no {}", amount.currency());
        return Err(CallFailure::Rejected { why: Why::new("currency", says) });
    }
    if !(1..=LARGEST).contains(&amount.minor()) {
        return Err(refused("an amount must be above zero and of at most ten digits"));
    }
    Ok(amount.to_major())
}

/// An amount as it was told; nothing where it is finer than the currency, or no amount at all.
pub(super) fn told(text: &str, currency: &str) -> Option<Money> {
    let currency = Currency::parse(currency).ok()?;
    Money::parse_major(text, currency).ok().filter(|amount| amount.is_positive())
}

fn refused(says: &str) -> CallFailure {
    CallFailure::Rejected { why: Why::new("amount", says) }
}
