//! Amounts: major to minor units and back, and rounding.

use billfold_domain::kernel::{Currency, Money, Refusal, Rounding, round};
use serde_json::{Value, json};

use super::{Answer, text};

/// Which way to convert follows from the field that is there.
pub(super) fn minor(given: &Value, when: &Value) -> Answer {
    let currency = Currency::parse(text(given, "currency")?)?;
    if let Some(major) = when["major"].as_str() {
        return Ok(match Money::parse_major(major, currency) {
            Ok(money) => json!({ "minor": money.minor() }),
            Err(refusal) => json!({ "error": refusal.code().trim_start_matches("money.") }),
        });
    }
    if let Some(minor) = when["minor"].as_i64() {
        return Ok(json!({ "major": Money::try_new(minor, currency)?.to_major() }));
    }
    let rounding = match given["conventions"]["rounding"].as_str() {
        Some("half_up") | None => Rounding::HalfAwayFromZero,
        Some(other) => return Err(format!("rounding {other} is unknown").into()),
    };
    let amount = text(when, "amount")?.parse()?;
    Ok(json!({ "amount": round(amount, currency, rounding)?.to_major() }))
}
