//! Periods of a service, and days at a place.

use billfold_domain::kernel::Zone;
use billfold_domain::subscription::{BillingPeriod, BillingSchedule, Timing};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Answer, text};

/// The first periods, or all that are billable on a date.
pub(super) fn list(given: &Value, when: &Value) -> Answer {
    let service = schedule(given)?;
    let periods = match when["count"].as_u64() {
        Some(count) => service.first(usize::try_from(count)?)?,
        None => service.billable(date(when, "bill_through")?, timing(given)?)?,
    };
    let shown = |period: &BillingPeriod| {
        let span = period.span();
        json!({ "from": span.from(), "to": span.to(), "full": period.is_full() })
    };
    Ok(json!({ "periods": periods.iter().map(shown).collect::<Vec<_>>() }))
}

/// The period in which a date lies; null where the service does not last.
pub(super) fn containing(given: &Value, when: &Value) -> Answer {
    let period = schedule(given)?.containing(date(when, "date")?);
    let shown = |period: BillingPeriod| {
        let span = period.span();
        json!({ "from": span.from(), "to": span.to(), "full": period.is_full() })
    };
    Ok(json!({ "period": period.map(shown) }))
}

/// Which question is asked follows from the fields that are there.
pub(super) fn day(given: &Value, when: &Value) -> Answer {
    let zone = zone(given)?;
    let billing_date = [given, when].into_iter().find(|it| it["billing_date"].is_string());
    if let Some(fields) = billing_date {
        let due = zone.is_due(date(fields, "billing_date")?, instant(when, "instant")?);
        return Ok(json!({ "due": due }));
    }
    if when["instant"].is_string() {
        return Ok(json!({ "date": zone.date_of(instant(when, "instant")?) }));
    }
    let first = zone.first_instant(date(when, "date")?);
    Ok(json!({ "instant": first.to_rfc3339_opts(SecondsFormat::AutoSi, true) }))
}

/// The service that is given: start, interval, anchor and perhaps an end.
pub(super) fn schedule(given: &Value) -> Result<BillingSchedule, Box<dyn std::error::Error>> {
    let start = date(given, "start")?;
    let schedule =
        BillingSchedule::try_new(start, read(given, "interval")?, read(given, "anchor")?)?;
    Ok(schedule.until(read(given, "end")?))
}

/// When periods are billed: in advance unless said otherwise.
pub(super) fn timing(given: &Value) -> Result<Timing, serde_json::Error> {
    Ok(read::<Option<Timing>>(given, "timing")?.unwrap_or_default())
}

/// The customer's place: universal time unless said otherwise.
pub(super) fn zone(given: &Value) -> Result<Zone, serde_json::Error> {
    Ok(read::<Option<Zone>>(given, "timezone")?.unwrap_or(Zone::UTC))
}

/// A date that must be there.
pub(super) fn date(value: &Value, field: &str) -> Result<NaiveDate, Box<dyn std::error::Error>> {
    Ok(text(value, field)?.parse()?)
}

/// An instant that must be there.
pub(super) fn instant(
    value: &Value,
    field: &str,
) -> Result<DateTime<Utc>, Box<dyn std::error::Error>> {
    Ok(text(value, field)?.parse()?)
}

/// A field as the domain reads it; a missing one is null.
pub(super) fn read<T: DeserializeOwned>(value: &Value, field: &str) -> serde_json::Result<T> {
    T::deserialize(&value[field])
}
