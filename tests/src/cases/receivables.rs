//! Receivables: how late is what is owed, and what is left of instalments.

use billfold_domain::kernel::{Currency, Money};
use billfold_domain::receivable::{Aging, AgingBounds, Instalment, OpenInvoice, allocate};
use serde_json::{Map, Value, json};

use super::{Answer, text};

type Read<T> = Result<T, Box<dyn std::error::Error>>;

/// Puts open amounts into buckets of days.
pub(super) fn aging(given: &Value, when: &Value) -> Answer {
    let currency = Currency::parse(text(given, "currency")?)?;
    let bounds = match given["bounds"].as_array() {
        Some(bounds) => AgingBounds::try_new(bounds.iter().map(count).collect::<Read<_>>()?)?,
        None => AgingBounds::default(),
    };
    let invoices = given["invoices"].as_array().ok_or("invoices are missing")?;
    let invoices = invoices.iter().map(|it| invoice(it, currency)).collect::<Read<Vec<_>>>()?;
    let aging = Aging::as_of(text(when, "as_of")?.parse()?, currency, &bounds, &invoices)?;
    let aged = aging.invoices.iter().map(|invoice| {
        let bucket = invoice.bucket.to_string();
        json!({ "invoice": invoice.key, "days": invoice.days, "bucket": bucket })
    });
    let sums = aging.buckets.iter();
    let sums = sums.map(|(bucket, sum)| (bucket.to_string(), Value::from(sum.to_major())));
    Ok(json!({
        "invoices": aged.collect::<Vec<_>>(),
        "buckets": sums.collect::<Map<_, _>>(),
        "total": aging.total.to_major(),
    }))
}

/// Sets allocations against instalments.
pub(super) fn terms(given: &Value, when: &Value) -> Answer {
    let currency = Currency::parse(text(given, "currency")?)?;
    let instalment = |value: &Value| -> Read<Instalment> {
        let amount = Money::parse_major(text(value, "amount")?, currency)?;
        Ok(Instalment { due_after_days: count(&value["due_after_days"])?, amount })
    };
    let terms = given["terms"].as_array().ok_or("terms are missing")?;
    let terms = terms.iter().map(instalment).collect::<Read<Vec<_>>>()?;
    let amount = |value: &Value| -> Read<Money> {
        Ok(Money::parse_major(value.as_str().ok_or("an allocation is a text")?, currency)?)
    };
    let allocations = when["allocations"].as_array().map_or(&[][..], Vec::as_slice);
    let allocations = allocations.iter().map(amount).collect::<Read<Vec<_>>>()?;
    let found = allocate(currency, &terms, &allocations)?;
    Ok(json!({ "open": found.open.iter().map(|open| open.to_major()).collect::<Vec<_>>() }))
}

fn invoice(value: &Value, currency: Currency) -> Read<OpenInvoice<String>> {
    Ok(OpenInvoice {
        key: text(value, "id")?.to_owned(),
        due: text(value, "due")?.parse()?,
        amount: Money::parse_major(text(value, "amount")?, currency)?,
        paid: match value["paid"].as_str() {
            Some(paid) => Money::parse_major(paid, currency)?,
            None => Money::zero(currency),
        },
    })
}

fn count(value: &Value) -> Read<u32> {
    Ok(value.as_u64().ok_or("a whole number is missing")?.try_into()?)
}
