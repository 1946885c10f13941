//! Credit: what it pays of an invoice.

use billfold_domain::credit::{self, Credit, CreditKind};
use billfold_domain::kernel::{Currency, Money};
use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::{Answer, text};

/// Pays an invoice with the credit there is.
pub(super) fn apply(given: &Value, _when: &Value) -> Answer {
    let currency = Currency::parse(text(given, "currency")?)?;
    let total = Money::parse_major(text(given, "invoice_total")?, currency)?;
    let credits = given["credits"].as_array().ok_or("credits are missing")?;
    let credits = credits.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let on: Option<NaiveDate> = given["date"].as_str().map(str::parse).transpose()?;
    let found = credit::apply(total, on.unwrap_or(NaiveDate::MIN), &credits)?;
    let used = found.used.iter();
    let left =
        found.left.iter().map(|credit| (credit.id.clone(), Value::from(credit.left.to_major())));
    Ok(json!({
        "used": used
            .map(|(id, amount)| json!({ "id": id, "amount": amount.to_major() }))
            .collect::<Vec<_>>(),
        "due": found.due.to_major(),
        "left": left.collect::<Map<_, _>>(),
    }))
}

fn read(value: &Value) -> Result<Credit, Box<dyn std::error::Error>> {
    let currency = Currency::parse(text(value, "currency")?)?;
    let number = |field: &str| -> Result<u32, std::num::TryFromIntError> {
        value[field].as_u64().unwrap_or_default().try_into()
    };
    let kind = match text(value, "kind")? {
        "credit_note" => CreditKind::CreditNote,
        "wallet" => CreditKind::Wallet { priority: number("priority")? },
        other => return Err(format!("credit of kind {other} is unknown").into()),
    };
    Ok(Credit {
        id: text(value, "id")?.to_owned(),
        kind,
        order: number("order")?,
        left: Money::parse_major(text(value, "amount")?, currency)?,
        expires_on: value["expires_on"].as_str().map(str::parse).transpose()?,
    })
}
