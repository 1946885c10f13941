//! Metrics: recurring revenue of a client, and the rates at which it is lost.

use billfold_domain::kernel::{Currency, Money};
use billfold_domain::metrics::{RecurringPrice, RevenueFlow, movement};
use billfold_domain::subscription::Interval;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, text};

type Read<T> = Result<T, Box<dyn std::error::Error>>;

/// Says what moved between two days.
pub(super) fn mrr(given: &Value, when: &Value) -> Answer {
    let currency = Currency::parse(text(given, "currency")?)?;
    let prices = given["subscriptions"].as_array().ok_or("subscriptions are missing")?;
    let prices = prices.iter().map(|it| price(it, currency)).collect::<Read<Vec<_>>>()?;
    let found =
        movement(text(when, "from")?.parse()?, text(when, "to")?.parse()?, currency, &prices)?;
    Ok(json!({
        "mrr_start": found.start.to_major(),
        "mrr_end": found.end.to_major(),
        "amount": found.amount.to_major(),
        "movement": found.kind.map(|kind| kind.word()),
    }))
}

/// Says which share was lost.
pub(super) fn churn(given: &Value, _when: &Value) -> Answer {
    let currency = Currency::parse(given["currency"].as_str().unwrap_or("EUR"))?;
    // Losses may be written with either sign.
    let amount = |field: &str| -> Read<Money> {
        let amount = given[field].as_str().map(|text| Money::parse_major(text, currency));
        Ok(amount.transpose()?.unwrap_or(Money::zero(currency)).abs())
    };
    let rates = RevenueFlow {
        start: amount("mrr_start")?,
        new: amount("new")?,
        expansion: amount("expansion")?,
        reactivation: amount("reactivation")?,
        contraction: amount("contraction")?,
        churn: amount("churn")?,
    }
    .rates()?;
    Ok(json!({
        "mrr_end": rates.end.to_major(),
        "gross_churn_percent": rates.gross.map(|rate| rate.to_string()),
        "net_churn_percent": rates.net.map(|rate| rate.to_string()),
    }))
}

fn price(value: &Value, currency: Currency) -> Read<RecurringPrice> {
    let quantity = value["quantity"].as_u64().unwrap_or(1);
    Ok(RecurringPrice {
        price: Money::parse_major(text(value, "price")?, currency)?,
        quantity: quantity.try_into()?,
        interval: Interval::deserialize(&value["interval"])?,
        from: text(value, "from")?.parse()?,
        to: value["to"].as_str().map(str::parse).transpose()?,
    })
}
