//! Document numbers: which number each invoice gets, in the order they are issued.

use std::collections::BTreeMap;

use billfold_domain::kernel::{DocumentKind, NumberFormat, NumberScheme, Series};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::{Answer, text};

/// What each counter stands at, as the log would keep it.
type Counters = BTreeMap<String, (u64, NaiveDate)>;

pub(super) fn numbering(given: &Value, when: &Value) -> Answer {
    let mut config = given["config"].clone();
    let mut counters = seeded(&format(&config)?, &given["counters"])?;
    let mut numbers = Map::new();
    for event in when["events"].as_array().ok_or("events are missing")? {
        if let Some(change) = event["config"].as_object() {
            config.as_object_mut().ok_or("config is missing")?.extend(change.clone());
        } else if event["op"] == "finalize" {
            let number = finalize(&format(&config)?, &config, event, &mut counters)?;
            numbers.insert(text(event, "invoice")?.to_owned(), json!(number));
        }
    }
    Ok(json!({ "numbers": numbers }))
}

fn finalize(
    format: &NumberFormat,
    config: &Value,
    event: &Value,
    counters: &mut Counters,
) -> Result<String, Box<dyn std::error::Error>> {
    let at: DateTime<Utc> = text(event, "at")?.parse()?;
    let zone: Tz = text(config, "timezone")?.parse()?;
    let issue_date = at.with_timezone(&zone).date_naive();
    let client = event["customer"].as_u64().ok_or("customer is missing")?;
    let series = Series::new(format, DocumentKind::Invoice, issue_date).of_client(client);
    let number = series.next(|key| counters.get(key).copied())?;
    for (key, count) in number.counts() {
        counters.insert(key.to_owned(), (count, issue_date));
    }
    Ok(number.text)
}

fn format(config: &Value) -> Result<NumberFormat, Box<dyn std::error::Error>> {
    let (scheme, digits) = match text(config, "scope")? {
        "per_customer" => (NumberScheme::PerClient, 3),
        "per_seller_month" => (NumberScheme::PerMonth, 3),
        "plain" => (NumberScheme::Plain, 1),
        other => return Err(format!("scope {other} is unknown").into()),
    };
    let prefix = config["prefix"].as_str().unwrap_or_default().to_owned();
    let format = NumberFormat { prefix, digits, scheme };
    format.check()?;
    Ok(format)
}

/// Counters as an earlier life of the seller left them: `all`, and `c1` for customer 1. A plain
/// series names the common counter first and the customer's after it.
fn seeded(format: &NumberFormat, given: &Value) -> Result<Counters, Box<dyn std::error::Error>> {
    let plain = NumberFormat { scheme: NumberScheme::Plain, ..format.clone() };
    let series = Series::new(&plain, DocumentKind::Invoice, NaiveDate::MIN);
    let mut counters = Counters::new();
    for (name, count) in given.as_object().into_iter().flatten() {
        let keys = match name.strip_prefix('c') {
            Some(client) => series.of_client(client.parse()?).keys(),
            None => series.keys(),
        };
        let key = keys.last().ok_or("a series has a counter")?;
        let count = count.as_u64().ok_or("a counter is a number")?;
        counters.insert(key.clone(), (count, NaiveDate::MIN));
    }
    Ok(counters)
}
