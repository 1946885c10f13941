//! Hosted services: what a day or a payment makes of one.

use billfold_domain::kernel::{Currency, Money};
use billfold_domain::service::{
    HostedService, RenewalInvoice, RenewalRefusal, ServiceLimits, ServiceStatus, renew,
};
use billfold_domain::subscription::Interval;
use chrono::NaiveDate;
use serde_json::{Value, json};

use super::taxes::word;
use super::{Answer, text};

type Read<T> = Result<T, Box<dyn std::error::Error>>;

/// Looks at a service on a day.
pub(super) fn lifecycle(given: &Value, when: &Value) -> Answer {
    let currency = Currency::parse(text(given, "currency")?)?;
    let service = &given["service"];
    let limits = word::<ServiceLimits>(&given["policy"])?.unwrap_or_default();
    let hosted = HostedService {
        status: status(service)?,
        ordered_on: day(&service["ordered_on"])?,
        expires_on: day(&service["expires_on"])?,
        price: Money::parse_major(text(service, "price")?, currency)?,
        interval: word::<Interval>(&given["interval"])?,
    };
    let credit = Money::parse_major(when["account_credit"].as_str().unwrap_or("0"), currency)?;
    let found = hosted.on_day(&limits, text(when, "on")?.parse()?, credit)?;
    Ok(json!({
        "status": found.status.word(),
        "invoice": found.invoice.map(RenewalInvoice::word),
        "expires_on": found.expires_on,
        "credit_used": found.credit_used.to_major(),
    }))
}

/// Pays for another term.
pub(super) fn renewal(given: &Value, when: &Value) -> Answer {
    let (status, expires_on) = (status(given)?, day(&given["expires_on"])?);
    let interval = word::<Interval>(&given["interval"])?;
    match renew(status, interval, expires_on, text(when, "paid_on")?.parse()?) {
        Ok(renewed) => {
            Ok(json!({ "status": renewed.status.word(), "expires_on": renewed.expires_on }))
        }
        // What is refused leaves the service as it was.
        Err(refusal @ RenewalRefusal::Ended { .. }) => Ok(json!({
            "status": status.word(),
            "expires_on": expires_on,
            "error": refusal.to_string(),
        })),
        Err(refusal) => Err(refusal.into()),
    }
}

fn status(service: &Value) -> Read<ServiceStatus> {
    Ok(word(&service["status"])?.ok_or("status is missing")?)
}

fn day(value: &Value) -> Read<Option<NaiveDate>> {
    Ok(value.as_str().map(str::parse).transpose()?)
}
