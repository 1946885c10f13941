//! Revenue: when billed amounts are earned, and what a change means for that.

use std::error::Error;

use billfold_domain::kernel::{Currency, Money, Period};
use billfold_domain::revenue::{
    AdjustmentMethod, Change, Contract, RecognitionMethod, RevenueMonth, Schedule, adjust, allocate,
};
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::taxes::word;
use super::{Answer, text};

type Read<T> = Result<T, Box<dyn Error>>;

/// Spreads an amount over the months of its service.
pub(super) fn schedule(given: &Value, _when: &Value) -> Answer {
    let amount = money(given, "amount", currency(given)?)?;
    let last: NaiveDate = text(given, "to_inclusive")?.parse()?;
    let to = last.checked_add_days(Days::new(1)).ok_or("to_inclusive is out of range")?;
    let service = Period::try_new(text(given, "from")?.parse()?, to)?;
    let method = word::<RecognitionMethod>(&given["method"])?.unwrap_or_default();
    let schedule = Schedule::try_new(amount, service, method)?;
    let show = |month: &RevenueMonth| {
        json!({
            "month": month.service.from().format("%Y-%m").to_string(),
            "recognized": month.recognised.to_major(),
            "deferred": month.deferred.to_major(),
        })
    };
    Ok(json!({ "schedule": schedule.months().iter().map(show).collect::<Vec<_>>() }))
}

/// Changes a contract in the middle of its term.
pub(super) fn change(given: &Value, when: &Value) -> Answer {
    let currency = currency(given)?;
    let contract = Contract { amount: money(given, "amount", currency)?, months: months(given)? };
    let change = match (when["new_amount"].as_str(), when["monthly_delta"].as_str()) {
        (Some(yearly), _) => Change::Price { yearly: Money::parse_major(yearly, currency)? },
        (None, Some(delta)) => Change::Monthly { delta: Money::parse_major(delta, currency)? },
        (None, None) if when["cancel"] == true => Change::Cancel,
        (None, None) => return Err("no change is given".into()),
    };
    let changed = contract.change(text(when, "elapsed_months")?.parse()?, change)?;
    Ok(json!({
        "credit_note": changed.credit_note.to_major(),
        "new_invoice": changed.new_invoice.to_major(),
        "recognized": show(&changed.recognised),
        "deferred": show(&changed.deferred),
    }))
}

/// Puts posted months right.
pub(super) fn adjustment(given: &Value, when: &Value) -> Answer {
    let currency = currency(given)?;
    let posted = given["posted"].as_array().map(Vec::as_slice).unwrap_or_default();
    let posted = posted
        .iter()
        .map(|figure| {
            let figure = figure.as_str().ok_or("a posted figure is no text")?;
            Ok(Money::parse_major(figure, currency)?)
        })
        .collect::<Read<Vec<Money>>>()?;
    let method = word::<AdjustmentMethod>(&when["method"])?.ok_or("method is missing")?;
    let new_amount = money(when, "new_amount", currency)?;
    let adjusted = adjust(&posted, months(given)?, new_amount, method)?;
    Ok(json!({
        "adjustments": show(&adjusted.adjustments),
        "remaining": show(&adjusted.remaining),
    }))
}

/// Splits the price of a bundle.
pub(super) fn allocation(given: &Value, _when: &Value) -> Answer {
    let currency = currency(given)?;
    let obligations = given["obligations"].as_array().ok_or("obligations are missing")?;
    let standalone = obligations
        .iter()
        .map(|obligation| money(obligation, "standalone", currency))
        .collect::<Read<Vec<Money>>>()?;
    let amounts = allocate(money(given, "price", currency)?, &standalone)?;
    let show = |(obligation, amount): (&Value, &Money)| {
        let (name, amount) = (&obligation["name"], amount.to_major());
        json!({ "name": name, "amount": amount })
    };
    let allocation: Vec<_> = obligations.iter().zip(&amounts).map(show).collect();
    Ok(json!({ "allocation": allocation }))
}

fn currency(given: &Value) -> Read<Currency> {
    Ok(Currency::parse(text(given, "currency")?)?)
}

fn money(value: &Value, field: &str, currency: Currency) -> Read<Money> {
    Ok(Money::parse_major(text(value, field)?, currency)?)
}

fn months(given: &Value) -> Read<u32> {
    Ok(u32::try_from(given["months"].as_u64().ok_or("months are missing")?)?)
}

fn show(amounts: &[Money]) -> Vec<String> {
    amounts.iter().map(|amount| amount.to_major()).collect()
}
