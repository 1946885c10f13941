//! Proration: parts of a cycle by days, and changes by the second.

use billfold_domain::kernel::{Currency, Money, Quantity, UnitPrice};
use billfold_domain::subscription::Conventions;
use billfold_domain::subscription::proration::{
    BilledLine, Charge, Stretch, StretchChange, Terms, charges, cycles,
};
use serde_json::{Value, json};

use super::periods::{date, instant, read, schedule, timing, zone};
use super::{Answer, text};

type Found<T> = Result<T, Box<dyn std::error::Error>>;

/// Everything billable on a date for a service from its start to its end.
pub(super) fn window(given: &Value, when: &Value) -> Answer {
    let terms = terms(given, given)?;
    let periods = schedule(given)?.billable(date(when, "bill_through")?, timing(given)?)?;
    let charges = charges(periods, terms, conventions(given)?, zone(given)?)?;
    let shown = |charge: &Charge| {
        let span = charge.period.span();
        json!({
            "from": span.from(),
            "to": span.to(),
            "fraction": charge.fraction.to_string(),
            "amount": charge.amount.to_major(),
        })
    };
    let total = Money::sum(terms.price.currency(), charges.iter().map(|charge| charge.amount))?;
    Ok(json!({
        "lines": charges.iter().map(shown).collect::<Vec<_>>(),
        "cycles": cycles(&charges).to_string(),
        "total": total.to_major(),
    }))
}

/// A change, an end or a first stretch, measured in seconds.
pub(super) fn second(given: &Value, when: &Value) -> Answer {
    let stretch = stretch(&given["period"])?;
    let cycle = if given["cycle"].is_object() { self::stretch(&given["cycle"])? } else { stretch };
    let terms = terms(given, given)?;
    let conventions = conventions(given)?;
    let charged = stretch.charge(cycle, terms, conventions)?;
    let (unused, recurring, net) = match when["op"].as_str() {
        None => (None, (!charged.is_zero()).then_some(charged), charged),
        Some(op) => {
            let to = match op {
                "change" => Some(self::terms(given, when)?),
                "cancel" => None,
                other => return Err(format!("op {other} is unknown").into()),
            };
            let line = BilledLine::new(terms, charged);
            let at = instant(when, "at")?;
            let lines = StretchChange { stretch, cycle, line, at, to }.lines(conventions)?;
            (lines.unused, lines.recurring, lines.net)
        }
    };
    let lines = [("unused", unused), ("recurring", recurring)].into_iter();
    let shown = lines.filter_map(|(kind, amount)| {
        amount.map(|amount| json!({ "kind": kind, "amount": amount.to_major() }))
    });
    Ok(json!({ "lines": shown.collect::<Vec<_>>(), "net": net.to_major() }))
}

/// Price and quantity as they are said, else as they were given.
fn terms(given: &Value, said: &Value) -> Found<Terms> {
    let currency = Currency::parse(text(given, "currency")?)?;
    let price = text(if said["price"].is_string() { said } else { given }, "price")?;
    let quantity = [said, given].into_iter().find_map(|it| it["quantity"].as_u64());
    let quantity = quantity.map_or(Ok(Quantity::ONE), |pieces| pieces.to_string().parse())?;
    Ok(Terms { price: UnitPrice::parse(price, currency)?, quantity })
}

fn stretch(given: &Value) -> Found<Stretch> {
    Ok(Stretch::try_new(instant(given, "from")?, instant(given, "to")?)?)
}

fn conventions(given: &Value) -> serde_json::Result<Conventions> {
    Ok(read::<Option<Conventions>>(given, "conventions")?.unwrap_or_default())
}
