//! PayPal's API: what it checks, does and answers.

use billfold_domain::kernel::{Currency, Money};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::contracts::Contracts;
use super::notices::{event, notice_is_ours};
use super::state::{Capture, CaptureAs, Order, Refund, Replay, State, link, money, unit};

/// Currencies that PayPal takes.
const CURRENCIES: [&str; 24] = [
    "AUD", "BRL", "CAD", "CNY", "CZK", "DKK", "EUR", "HKD", "HUF", "ILS", "JPY", "MYR", "MXN",
    "TWD", "NZD", "NOK", "PHP", "PLN", "GBP", "SGD", "SEK", "CHF", "THB", "USD",
];

/// What was asked.
pub(super) struct Asked<'a> {
    pub(super) path: &'a str,
    pub(super) key: Option<&'a str>,
    pub(super) body: &'a [u8],
}

/// A status and a body.
pub(super) type Said = (u16, Value);

/// Opens an order.
pub(super) fn create(state: &mut State, contracts: &Contracts, asked: &Asked<'_>) -> Said {
    let body = match contracts.orders("/v2/checkout/orders", asked.body) {
        Ok(body) => body,
        Err(errors) => return invalid(&errors),
    };
    let Some(key) = asked.key else {
        contracts.note("an order with a payment source has no PayPal-Request-Id");
        return error(400, "INVALID_REQUEST", "PAYPAL_REQUEST_ID_REQUIRED");
    };
    if let Some(said) = replayed(state, contracts, asked, key) {
        return (200, said.1);
    }
    let units = body["purchase_units"].as_array().cloned().unwrap_or_default();
    let [unit] = units.as_slice() else {
        return error(422, "UNPROCESSABLE_ENTITY", "MULTIPLE_UNITS_ARE_NOT_HERE");
    };
    let amount = match amount_of(unit) {
        Ok(amount) => amount,
        Err(issue) => return error(422, "UNPROCESSABLE_ENTITY", issue),
    };
    let id = state.name("5O");
    let order = Order {
        unit: unit.clone(),
        amount,
        status: "PAYER_ACTION_REQUIRED".to_owned(),
        created: state.now,
        updated: state.now,
        captures: Vec::new(),
        next: CaptureAs::Completed,
    };
    state.orders.insert(id.clone(), order);
    kept(state, asked, key, TimeDelta::hours(6), (201, state.order_shown(&id)))
}

/// Shows an order.
pub(super) fn show_order(state: &State, id: &str) -> Said {
    match state.order(id) {
        Some(_) => (200, state.order_shown(id)),
        None => not_there(),
    }
}

/// Captures an order.
pub(super) fn capture(
    state: &mut State,
    contracts: &Contracts,
    asked: &Asked<'_>,
    id: &str,
    more: i64,
) -> Said {
    if let Err(errors) = contracts.orders("/v2/checkout/orders/{id}/capture", asked.body) {
        return invalid(&errors);
    }
    if let Some(said) = asked.key.and_then(|key| replayed(state, contracts, asked, key)) {
        return (200, said.1);
    }
    let Some(order) = state.order(id) else { return not_there() };
    let issue = match (order.status.as_str(), &order.next) {
        ("COMPLETED", _) => Some("ORDER_ALREADY_CAPTURED"),
        ("APPROVED", CaptureAs::Refused(issue)) => Some(issue.as_str()),
        ("APPROVED", _) if is_double(state, order) => Some("DUPLICATE_INVOICE_ID"),
        ("APPROVED", _) => None,
        _ => Some("ORDER_NOT_APPROVED"),
    };
    if let Some(issue) = issue {
        let issue = issue.to_owned();
        return refused(state, id, &issue);
    }
    let (status, reason) = match &order.next {
        CaptureAs::Pending(reason) => ("PENDING".to_owned(), Some(reason.clone())),
        CaptureAs::Status(status) => (status.clone(), None),
        CaptureAs::Completed | CaptureAs::Refused(_) => ("COMPLETED".to_owned(), None),
    };
    let taken = money(order.amount.minor() + more, order.amount.currency());
    let name = state.name("2C");
    let (at, order_id) = (state.now, id.to_owned());
    let refunds = Vec::new();
    let taking = Capture { order: order_id, amount: taken, status, reason, refunds, at };
    state.captures.insert(name.clone(), taking);
    if let Some(order) = state.orders.get_mut(id) {
        order.status = "COMPLETED".to_owned();
        order.updated = at;
        order.captures.push(name.clone());
    }
    after_capture(state, &name);
    let said = (201, state.order_shown(id));
    match asked.key {
        Some(key) => kept(state, asked, key, TimeDelta::hours(6), said),
        None => said,
    }
}

/// What follows from a capture's status: the books, and a notification.
pub(super) fn after_capture(state: &mut State, name: &str) {
    let Some(capture) = state.captures.get(name) else { return };
    let (status, amount) = (capture.status.clone(), capture.amount);
    let kind = match status.as_str() {
        "COMPLETED" => "PAYMENT.CAPTURE.COMPLETED",
        "DECLINED" | "FAILED" => "PAYMENT.CAPTURE.DENIED",
        _ => "PAYMENT.CAPTURE.PENDING",
    };
    if status == "COMPLETED" {
        state.book(name, name, "T0006", amount);
    }
    let shown = state.capture_shown(name);
    event(state, kind, "capture", shown);
}

/// Shows a capture.
pub(super) fn show_capture(state: &State, id: &str) -> Said {
    match state.captures.contains_key(id) {
        true => (200, state.capture_shown(id)),
        false => not_there(),
    }
}

/// Refunds a capture.
pub(super) fn refund(
    state: &mut State,
    contracts: &Contracts,
    asked: &Asked<'_>,
    id: &str,
) -> Said {
    let template = "/v2/payments/captures/{capture_id}/refund";
    let body = match contracts.payments(template, asked.body) {
        Ok(body) => body,
        Err(errors) => return invalid(&errors),
    };
    if let Some(said) = asked.key.and_then(|key| replayed(state, contracts, asked, key)) {
        return said;
    }
    let Some(capture) = state.captures.get(id) else { return not_there() };
    let left = state.left(id);
    let wanted = match body.get("amount").map(read) {
        None => Ok(money(left, capture.amount.currency())),
        Some(read) => read,
    };
    let invoice = body["invoice_id"].as_str().map(str::to_owned);
    let is_known =
        state.refunds.values().any(|it| it.invoice_id.is_some() && it.invoice_id == invoice);
    let checked = match (&wanted, &state.next_refund) {
        (Err(issue), _) => Err((*issue).to_owned()),
        (Ok(_), _) if is_known => Err("DUPLICATE_INVOICE_ID".to_owned()),
        (Ok(_), Some(CaptureAs::Refused(issue))) => Err(issue.clone()),
        (Ok(_), _) if capture.status == "PENDING" => Err("PENDING_CAPTURE".to_owned()),
        (Ok(_), _) if left == 0 => Err("CAPTURE_FULLY_REFUNDED".to_owned()),
        (Ok(wanted), _) if wanted.currency() != capture.amount.currency() => {
            Err("REFUND_CAPTURE_CURRENCY_MISMATCH".to_owned())
        }
        (Ok(wanted), _) if wanted.minor() > left => Err("REFUND_AMOUNT_EXCEEDED".to_owned()),
        (Ok(wanted), _) => Ok(*wanted),
    };
    let amount = match checked {
        Ok(amount) => amount,
        Err(issue) => return error(422, "UNPROCESSABLE_ENTITY", &issue),
    };
    let status = match state.next_refund.take() {
        Some(CaptureAs::Pending(_)) => "PENDING".to_owned(),
        Some(CaptureAs::Status(status)) => status,
        _ => "COMPLETED".to_owned(),
    };
    let note = body["note_to_payer"].as_str().map(str::to_owned);
    let name = give_back(state, id, amount, &status, invoice, note);
    let said = (201, state.refund_shown(&name));
    match asked.key {
        Some(key) => kept(state, asked, key, TimeDelta::days(45), said),
        None => said,
    }
}

/// Gives money back, whoever wants it.
pub(super) fn give_back(
    state: &mut State,
    capture: &str,
    amount: Money,
    status: &str,
    invoice_id: Option<String>,
    note: Option<String>,
) -> String {
    let name = state.name("1R");
    let (at, of) = (state.now, capture.to_owned());
    let status = status.to_owned();
    state
        .refunds
        .insert(name.clone(), Refund { capture: of, amount, status, invoice_id, note, at });
    if let Some(capture) = state.captures.get_mut(capture) {
        capture.refunds.push(name.clone());
    }
    after_refund(state, &name);
    name
}

/// What follows from a refund's status.
pub(super) fn after_refund(state: &mut State, name: &str) {
    let Some(refund) = state.refunds.get(name) else { return };
    let (capture, amount, status) = (refund.capture.clone(), refund.amount, refund.status.clone());
    state.restate(&capture);
    if status == "COMPLETED" {
        state.book(&capture, name, "T1107", amount.negate());
        let shown = state.refund_shown(name);
        event(state, "PAYMENT.CAPTURE.REFUNDED", "refund", shown);
    }
}

/// Shows a refund.
pub(super) fn show_refund(state: &State, id: &str) -> Said {
    match state.refunds.contains_key(id) {
        true => (200, state.refund_shown(id)),
        false => not_there(),
    }
}

/// Shows a dispute.
pub(super) fn show_dispute(state: &State, id: &str) -> Said {
    match state.disputes.contains_key(id) {
        true => (200, state.dispute_shown(id)),
        false => not_there(),
    }
}

/// Accepts a claim: the buyer gets the money.
pub(super) fn accept(state: &mut State, id: &str) -> Said {
    let Some(dispute) = state.disputes.get(id) else { return not_there() };
    if dispute.status == "RESOLVED" {
        return error(422, "UNPROCESSABLE_ENTITY", "ACTION_NOT_ALLOWED_IN_CURRENT_STATE");
    }
    resolve(state, id, "RESOLVED_BUYER_FAVOUR");
    let links = [link("self", &format!("/v1/customer/disputes/{id}"))];
    (200, json!({ "links": links }))
}

/// Ends a dispute.
pub(super) fn resolve(state: &mut State, id: &str, outcome: &str) {
    let Some(dispute) = state.disputes.get_mut(id) else { return };
    dispute.status = "RESOLVED".to_owned();
    dispute.outcome = Some(outcome.to_owned());
    let (capture, amount, was_held) = (dispute.capture.clone(), dispute.amount, dispute.is_held);
    let is_lost = outcome == "RESOLVED_BUYER_FAVOUR";
    dispute.is_held = is_lost;
    let movement = match (was_held, is_lost) {
        (false, true) => Some(("T1106", amount.negate())),
        (true, false) => Some(("T1111", amount)),
        _ => None,
    };
    if let Some((code, gross)) = movement {
        let name = state.name("4M");
        state.book(&capture, &name, code, gross);
    }
    let shown = state.dispute_shown(id);
    event(state, "CUSTOMER.DISPUTE.RESOLVED", "dispute", shown);
}

/// Says whether a notification is PayPal's.
pub(super) fn verify(contracts: &Contracts, asked: &Asked<'_>) -> Said {
    let template = "/v1/notifications/verify-webhook-signature";
    match contracts.notifications(template, asked.body) {
        Err(errors) => invalid(&errors),
        Ok(body) => {
            let word = if notice_is_ours(&body, asked.body) { "SUCCESS" } else { "FAILURE" };
            (200, json!({ "verification_status": word }))
        }
    }
}

/// A refused capture; the payer must go back to the page after some of them.
fn refused(state: &mut State, id: &str, issue: &str) -> Said {
    let (status, mut said) = error(422, "UNPROCESSABLE_ENTITY", issue);
    if matches!(issue, "INSTRUMENT_DECLINED" | "PAYER_ACTION_REQUIRED")
        && let Some(order) = state.orders.get_mut(id)
    {
        order.status = "PAYER_ACTION_REQUIRED".to_owned();
        order.next = CaptureAs::Completed;
        let page = format!("https://www.sandbox.paypal.com/checkoutnow?token={id}");
        said["links"] = json!([{ "href": page, "rel": "redirect", "method": "GET" }]);
    }
    (status, said)
}

/// Whether money was taken for the same invoice id by another order.
fn is_double(state: &State, order: &Order) -> bool {
    let invoice = &order.unit["invoice_id"];
    let others = state.orders.values().filter(|it| !it.captures.is_empty());
    !invoice.is_null() && others.into_iter().any(|other| &other.unit["invoice_id"] == invoice)
}

/// The amount of a unit, if it adds up.
fn amount_of(unit: &Value) -> Result<Money, &'static str> {
    let all = read(&unit["amount"])?;
    let Some(items) = unit.get("items").and_then(Value::as_array) else { return Ok(all) };
    let breakdown = &unit["amount"]["breakdown"];
    let part = |name: &str| match breakdown.get(name) {
        Some(part) => read(part).map(Money::minor),
        None => Ok(0),
    };
    if breakdown.get("item_total").is_none() {
        return Err("ITEM_TOTAL_REQUIRED");
    }
    let of = |name: &str| -> Result<i64, &'static str> {
        items.iter().filter_map(|item| item.get(name)).map(|it| read(it).map(Money::minor)).sum()
    };
    if of("unit_amount")? != part("item_total")? {
        return Err("ITEM_TOTAL_MISMATCH");
    }
    if of("tax")? != part("tax_total")? {
        return Err("TAX_TOTAL_MISMATCH");
    }
    let sum = part("item_total")? + part("tax_total")? - part("discount")?;
    if sum == all.minor() { Ok(all) } else { Err("AMOUNT_MISMATCH") }
}

/// An amount as PayPal takes it.
fn read(value: &Value) -> Result<Money, &'static str> {
    let code = value["currency_code"].as_str().unwrap_or_default();
    let text = value["value"].as_str().unwrap_or_default();
    if !CURRENCIES.contains(&code) {
        return Err("INVALID_CURRENCY_CODE");
    }
    let currency = Currency::parse(code).map_err(|_| "INVALID_CURRENCY_CODE")?;
    let is_whole = unit(currency) > 1 || currency.exponent() == 0;
    if is_whole && text.contains('.') {
        return Err("DECIMALS_NOT_SUPPORTED");
    }
    let read = Money::parse_major(text, currency).map_err(|_| "DECIMAL_PRECISION")?;
    if read.is_negative() { Err("CANNOT_BE_NEGATIVE") } else { Ok(read) }
}

/// What was answered under this key, if it still is.
fn replayed(state: &State, contracts: &Contracts, asked: &Asked<'_>, key: &str) -> Option<Said> {
    let replay = state.replays.get(key).filter(|replay| replay.until > state.now)?;
    if replay.asked != (asked.path.to_owned(), asked.body.to_vec()) {
        contracts.note(format!("{} uses a key of another request", asked.path));
    }
    Some((replay.status, replay.body.clone()))
}

fn kept(state: &mut State, asked: &Asked<'_>, key: &str, lasts: TimeDelta, said: Said) -> Said {
    let (status, body) = said;
    let asked = (asked.path.to_owned(), asked.body.to_vec());
    let until = state.now + lasts;
    let replay = Replay { asked, status, body: body.clone(), until };
    state.replays.insert(key.to_owned(), replay);
    (status, body)
}

/// What PayPal says when it says no.
pub(super) fn error(status: u16, name: &str, issue: &str) -> Said {
    let details = json!([{ "issue": issue, "description": format!("{issue}, says PayPal.") }]);
    let message = "The request could not be done.";
    let body = json!({ "name": name, "message": message, "debug_id": "f1a2b3c4d5e6",
                       "details": details, "links": [] });
    (status, body)
}

fn invalid(errors: &[String]) -> Said {
    error(400, "INVALID_REQUEST", errors.first().map_or("INVALID", |_| "INVALID_PARAMETER_VALUE"))
}

pub(super) fn not_there() -> Said {
    error(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID")
}

/// The settlement report of everything that moved.
pub(super) fn report(state: &State) -> String {
    let mut rows = vec![
        "\"RH\",2026/11/25 03:00:00 +0000,\"A\",\"SELLER\",010".to_owned(),
        "\"FH\",01".to_owned(),
        "\"SH\",2026/11/24 00:00:00 +0000,2026/11/24 23:59:59 +0000,\"SELLER\",\"\"".to_owned(),
        "\"CH\",\"Transaction ID\",\"Invoice ID\",\"PayPal Reference ID\",\
         \"PayPal Reference ID Type\",\"Transaction Event Code\",\"Transaction Initiation Date\",\
         \"Transaction Completion Date\",\"Transaction Debit or Credit\",\
         \"Gross Transaction Amount\",\"Gross Transaction Currency\",\"Fee Debit or Credit\",\
         \"Fee Amount\",\"Fee Currency\",\"Custom Field\",\"Consumer ID\""
            .to_owned(),
    ];
    for it in &state.movements {
        let at = it.at.format("%Y/%m/%d %H:%M:%S +0000");
        let side = if it.gross.is_negative() { "DR" } else { "CR" };
        let code = it.gross.currency().code();
        let units = |minor: i64| minor.abs() / unit(it.gross.currency());
        let other = if it.other == it.id { "" } else { it.other.as_str() };
        rows.push(format!(
            "\"SB\",\"{}\",\"{}\",\"{other}\",\"TXN\",\"{}\",{at},{at},\"{side}\",{},\"{code}\",\
             \"{}\",{},\"{code}\",\"{}\",\"QYR5Z8XDVJNXQ\"",
            it.id,
            it.invoice,
            it.code,
            units(it.gross.minor()),
            if it.fee > 0 { "DR" } else { "" },
            units(it.fee),
            it.custom,
        ));
    }
    let count = state.movements.len();
    rows.push(format!("\"SC\",{count}"));
    rows.push(format!("\"RC\",{count}"));
    rows.push(format!("\"FF\",{count}"));
    rows.join("\r\n") + "\r\n"
}
