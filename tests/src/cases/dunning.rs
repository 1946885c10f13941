//! Dunning: the stage in force, the days of retries, the requests of a campaign.

use billfold_domain::dunning::{
    Amounts, Arrears, CampaignPolicy, Condition, Debt, PaymentRequest, RetryPace, RetrySchedule,
    Stage, StageAction, in_force,
};
use billfold_domain::kernel::{Currency, Money};
use chrono::NaiveDate;
use serde_json::{Value, json};

use super::{Answer, text};

type Read<T> = Result<T, Box<dyn std::error::Error>>;

/// Says which stage is in force on each day.
pub(super) fn state(given: &Value, when: &Value) -> Answer {
    let currency = currency(given, Currency::EUR)?;
    let stages = list(&given["policy"], "states")?;
    let stages = stages.iter().map(|it| stage(it, currency)).collect::<Read<Vec<_>>>()?;
    let mut debts = Vec::new();
    for invoice in list(given, "invoices")? {
        if !is_draft(invoice) {
            debts.push(debt(invoice, "date", currency)?);
        }
    }
    let mut states = Vec::new();
    for check in list(when, "checks")? {
        let on = text(check, "on")?;
        let stage = in_force(&stages, &Arrears::on(on.parse()?, &debts)?);
        states.push(json!({
            "on": on,
            "state": stage.map_or("clear", |stage| stage.name.as_str()),
            "suspended": stage.is_some_and(|stage| stage.action.suspends()),
        }));
    }
    Ok(json!({ "states": states }))
}

/// Lists the days on which a payment is tried again, and what becomes of it in the end.
pub(super) fn retry(given: &Value, when: &Value) -> Answer {
    let policy = &given["policy"];
    let pace = match policy["after_days"].as_array() {
        Some(days) => RetryPace::AfterDays(days.iter().map(count).collect::<Read<_>>()?),
        None => RetryPace::EveryDays(count(&policy["every_days"])?),
    };
    let final_day = Some(&policy["final_day"]).filter(|day| !day.is_null()).map(count);
    let schedule = RetrySchedule { pace, final_day: final_day.transpose()? };
    schedule.check()?;
    let first = text(given, "first_attempt")?.parse()?;
    let (settled_on, until) = (day(when, "settled_on")?, day(when, "until")?);
    let bounds = [until, settled_on.and_then(|settled| settled.pred_opt())];
    let last = bounds.into_iter().flatten().min();
    if last.is_none() && schedule.final_day.is_none() && policy["after_days"].is_null() {
        return Err("nothing ends the retries: until is missing".into());
    }
    let retries = schedule.retries(first, last.unwrap_or(NaiveDate::MAX));
    let end = schedule.given_up_on(first, settled_on).map(|on| {
        json!({
            "invoice": policy["final_invoice"],
            "on": on,
            "subscription": policy["final_subscription"],
        })
    });
    Ok(json!({ "retries": retries, "final": end }))
}

/// Runs a campaign on each day and lists its requests.
pub(super) fn campaign(given: &Value, when: &Value) -> Answer {
    let policy = &given["policy"];
    let thresholds = policy["thresholds"].as_object().ok_or("thresholds are missing")?;
    let threshold = |(code, amount): (&String, &Value)| -> Read<Money> {
        let amount = amount.as_str().ok_or("a threshold is a text")?;
        Ok(Money::parse_major(amount, Currency::parse(code)?)?)
    };
    let thresholds = thresholds.iter().map(threshold).collect::<Read<Vec<_>>>()?;
    let policy = CampaignPolicy {
        thresholds: Amounts::try_new(thresholds)?,
        most_requests: count(&policy["max_attempts"])?,
        idle_days_between: count(&policy["idle_days_between"])?,
    };
    let invoices = list(given, "invoices")?.iter().filter(|invoice| !is_draft(invoice));
    let debts =
        invoices.map(|invoice| debt(invoice, "due", Currency::EUR)).collect::<Read<Vec<_>>>()?;
    let mut sent: Vec<PaymentRequest> = Vec::new();
    for run in list(when, "runs")? {
        let on = run.as_str().ok_or("a run is a date")?.parse()?;
        sent.extend(policy.requests(&debts, &sent, on)?);
    }
    let show = |request: &PaymentRequest| {
        let currency = request.amount.currency().code();
        json!({ "amount": request.amount.to_major(), "currency": currency, "on": request.on })
    };
    Ok(json!({ "requests": sent.iter().map(show).collect::<Vec<_>>() }))
}

fn stage(value: &Value, currency: Currency) -> Read<Stage> {
    let when = &value["when"];
    let number =
        |field: &str| Some(&when[field]).filter(|number| !number.is_null()).map(count).transpose();
    let total = when["unpaid_total"].as_str();
    let total = total.map(|total| Money::parse_major(total, currency)).transpose()?;
    let suspends = value["suspend"].as_bool().unwrap_or_default();
    Ok(Stage {
        name: text(value, "name")?.to_owned(),
        when: Condition {
            days: number("days_since_earliest_unpaid")?,
            count: number("unpaid_count")?,
            totals: Amounts::try_new(total.into_iter().collect())?,
        },
        action: if suspends { StageAction::Suspend } else { StageAction::Remind },
        late_fee: false,
    })
}

/// An invoice that counts from the day in `from` until it is settled, and again once reopened; in
/// the currency given unless it names its own.
fn debt(invoice: &Value, from: &str, currency: Currency) -> Read<Debt> {
    let currency = self::currency(invoice, currency)?;
    let amount = Money::parse_major(text(invoice, "amount")?, currency)?;
    let debt = Debt::new(text(invoice, from)?.parse()?, amount, day(invoice, "settled_on")?);
    Ok(match day(invoice, "reopened_on")? {
        Some(on) => debt.reopened(on, day(invoice, "reopened_settled_on")?),
        None => debt,
    })
}

fn is_draft(invoice: &Value) -> bool {
    invoice["draft"] == true || invoice["status"] == "draft"
}

fn currency(value: &Value, otherwise: Currency) -> Read<Currency> {
    Ok(value["currency"].as_str().map(Currency::parse).transpose()?.unwrap_or(otherwise))
}

fn day(value: &Value, field: &str) -> Read<Option<NaiveDate>> {
    Ok(value[field].as_str().map(str::parse).transpose()?)
}

fn count(value: &Value) -> Read<u32> {
    Ok(value.as_u64().ok_or("a whole number is missing")?.try_into()?)
}

fn list<'a>(value: &'a Value, field: &str) -> Read<&'a [Value]> {
    Ok(value[field].as_array().ok_or_else(|| format!("{field} is missing"))?)
}
