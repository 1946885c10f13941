//! What PayPal remembers.

use std::collections::BTreeMap;

use billfold_domain::kernel::{Currency, Money};
use chrono::{DateTime, SecondsFormat, TimeDelta, TimeZone, Utc};
use serde_json::{Value, json};

use super::faults::{Faults, Operation};

/// How long an order waits to be approved.
const ORDER_LASTS: TimeDelta = TimeDelta::hours(6);

/// How the next capture of an order comes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaptureAs {
    /// The money moves.
    Completed,
    /// The money may move, for this reason.
    Pending(String),
    /// The capture gets this status, and moves nothing.
    Status(String),
    /// The capture is refused with this issue.
    Refused(String),
}

/// A call as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What was called.
    pub operation: Operation,
    /// The path.
    pub path: String,
    /// Under which key.
    pub request_id: Option<String>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

/// What moved, in minor units by currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// What was captured.
    pub charged: BTreeMap<String, i64>,
    /// What went back.
    pub refunded: BTreeMap<String, i64>,
    /// What PayPal kept.
    pub fees: BTreeMap<String, i64>,
    /// What disputes and reversals took.
    pub taken: BTreeMap<String, i64>,
}

pub(super) struct Order {
    pub(super) unit: Value,
    pub(super) amount: Money,
    pub(super) status: String,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    pub(super) captures: Vec<String>,
    pub(super) next: CaptureAs,
}

pub(super) struct Capture {
    pub(super) order: String,
    pub(super) amount: Money,
    pub(super) status: String,
    pub(super) reason: Option<String>,
    pub(super) refunds: Vec<String>,
    pub(super) at: DateTime<Utc>,
}

pub(super) struct Refund {
    pub(super) capture: String,
    pub(super) amount: Money,
    pub(super) status: String,
    pub(super) invoice_id: Option<String>,
    pub(super) note: Option<String>,
    pub(super) at: DateTime<Utc>,
}

pub(super) struct Dispute {
    pub(super) capture: String,
    pub(super) amount: Money,
    pub(super) stage: String,
    pub(super) status: String,
    pub(super) outcome: Option<String>,
    pub(super) is_held: bool,
}

/// A line of the settlement report.
pub(super) struct Movement {
    pub(super) id: String,
    pub(super) invoice: String,
    pub(super) other: String,
    pub(super) code: &'static str,
    pub(super) at: DateTime<Utc>,
    pub(super) gross: Money,
    pub(super) fee: i64,
    pub(super) custom: String,
}

/// What was answered under a key.
pub(super) struct Replay {
    pub(super) asked: (String, Vec<u8>),
    pub(super) status: u16,
    pub(super) body: Value,
    pub(super) until: DateTime<Utc>,
}

pub(super) struct State {
    pub(super) now: DateTime<Utc>,
    pub(super) token_lasts: TimeDelta,
    pub(super) tokens: BTreeMap<String, DateTime<Utc>>,
    pub(super) orders: BTreeMap<String, Order>,
    pub(super) captures: BTreeMap<String, Capture>,
    pub(super) refunds: BTreeMap<String, Refund>,
    pub(super) disputes: BTreeMap<String, Dispute>,
    pub(super) replays: BTreeMap<String, Replay>,
    pub(super) next_refund: Option<CaptureAs>,
    pub(super) movements: Vec<Movement>,
    pub(super) books: Books,
    pub(super) events: Vec<Value>,
    pub(super) seen: Vec<Seen>,
    pub(super) faults: Faults,
    pub(super) certificate: &'static str,
    named: u64,
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            now: Utc.with_ymd_and_hms(2026, 11, 24, 12, 0, 0).single().expect("a moment"),
            token_lasts: TimeDelta::seconds(32_400),
            tokens: BTreeMap::new(),
            orders: BTreeMap::new(),
            captures: BTreeMap::new(),
            refunds: BTreeMap::new(),
            disputes: BTreeMap::new(),
            replays: BTreeMap::new(),
            next_refund: None,
            movements: Vec::new(),
            books: Books::default(),
            events: Vec::new(),
            seen: Vec::new(),
            faults: Faults::default(),
            certificate: "leaf_pem",
            named: 0,
        }
    }

    /// A name as PayPal gives them.
    pub(super) fn name(&mut self, kind: &str) -> String {
        self.named += 1;
        format!("{kind}{:015}", self.named)
    }

    /// An order that is still kept: what nobody approved in time is forgotten.
    pub(super) fn order(&self, id: &str) -> Option<&Order> {
        let order = self.orders.get(id)?;
        let is_old = self.now - order.created >= ORDER_LASTS && order.captures.is_empty();
        (!is_old).then_some(order)
    }

    /// Books a movement of a capture: an amount towards us or, negative, away from us.
    pub(super) fn book(&mut self, capture: &str, id: &str, code: &'static str, gross: Money) {
        let (invoice, custom) = self.ours(capture);
        let currency = gross.currency().code().to_owned();
        let fee = if code == "T0006" { money(fee(gross), gross.currency()).minor() } else { 0 };
        let (into, amount) = match code {
            "T0006" => (&mut self.books.charged, gross.minor()),
            "T1107" => (&mut self.books.refunded, -gross.minor()),
            _ => (&mut self.books.taken, -gross.minor()),
        };
        *into.entry(currency.clone()).or_default() += amount;
        *self.books.fees.entry(currency).or_default() += fee;
        let invoice = match self.refunds.get(id).and_then(|it| it.invoice_id.clone()) {
            Some(invoice) => invoice,
            None => invoice,
        };
        let (id, other, at) = (id.to_owned(), capture.to_owned(), self.now);
        self.movements.push(Movement { id, invoice, other, code, at, gross, fee, custom });
    }

    /// What we called the payment behind a capture: its invoice id and its custom id.
    pub(super) fn ours(&self, capture: &str) -> (String, String) {
        let order = self.captures.get(capture).and_then(|it| self.orders.get(&it.order));
        let of = |name: &str| {
            let text = order.and_then(|order| order.unit.get(name)?.as_str());
            text.unwrap_or_default().to_owned()
        };
        (of("invoice_id"), of("custom_id"))
    }

    /// What can still go back of a capture, in minor units.
    pub(super) fn left(&self, capture: &str) -> i64 {
        let Some(taken) = self.captures.get(capture) else { return 0 };
        let refunds = taken.refunds.iter().filter_map(|id| self.refunds.get(id));
        let moving = refunds.filter(|it| it.status == "COMPLETED" || it.status == "PENDING");
        taken.amount.minor() - moving.map(|it| it.amount.minor()).sum::<i64>()
    }

    /// A capture's status after a refund of it.
    pub(super) fn restate(&mut self, capture: &str) {
        let left = self.left(capture);
        if let Some(taken) = self.captures.get_mut(capture) {
            let all = taken.amount.minor();
            let word = match left {
                0 => "REFUNDED",
                left if left < all => "PARTIALLY_REFUNDED",
                _ => "COMPLETED",
            };
            taken.status = word.to_owned();
        }
    }

    pub(super) fn order_shown(&self, id: &str) -> Value {
        let Some(order) = self.orders.get(id) else { return Value::Null };
        let mut unit = order.unit.clone();
        let captures: Vec<Value> = order.captures.iter().map(|it| self.capture_shown(it)).collect();
        if !captures.is_empty() {
            let all = order.captures.iter().filter_map(|it| self.captures.get(it));
            let refunds = all.flat_map(|it| &it.refunds).map(|it| self.refund_shown(it));
            unit["payments"] = json!({ "captures": captures });
            let refunds: Vec<Value> = refunds.collect();
            if !refunds.is_empty() {
                unit["payments"]["refunds"] = json!(refunds);
            }
        }
        let mut links = vec![link("self", &format!("/v2/checkout/orders/{id}"))];
        if matches!(order.status.as_str(), "CREATED" | "SAVED" | "PAYER_ACTION_REQUIRED") {
            let page = format!("https://www.sandbox.paypal.com/checkoutnow?token={id}");
            links.push(json!({ "href": page, "rel": "payer-action", "method": "GET" }));
        }
        json!({
            "id": id, "intent": "CAPTURE", "status": order.status, "purchase_units": [unit],
            "create_time": moment(order.created), "update_time": moment(order.updated),
            "payer": { "email_address": "payer@example.com", "payer_id": "QYR5Z8XDVJNXQ" },
            "links": links,
        })
    }

    pub(super) fn capture_shown(&self, id: &str) -> Value {
        let Some(capture) = self.captures.get(id) else { return Value::Null };
        let (invoice, custom) = self.ours(id);
        let mut shown = json!({
            "id": id, "status": capture.status, "amount": amount(capture.amount),
            "invoice_id": invoice, "custom_id": custom, "final_capture": true,
            "create_time": moment(capture.at), "update_time": moment(capture.at),
            "links": [
                link("self", &format!("/v2/payments/captures/{id}")),
                link("refund", &format!("/v2/payments/captures/{id}/refund")),
                link("up", &format!("/v2/checkout/orders/{}", capture.order)),
            ],
            "supplementary_data": { "related_ids": { "order_id": capture.order } },
        });
        if let Some(reason) = &capture.reason {
            shown["status_details"] = json!({ "reason": reason });
        } else if matches!(capture.status.as_str(), "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED")
        {
            let fee = money(fee(capture.amount), capture.amount.currency());
            let net = capture.amount.checked_sub(fee).expect("a fee is small");
            shown["seller_receivable_breakdown"] = json!({
                "gross_amount": amount(capture.amount), "paypal_fee": amount(fee),
                "net_amount": amount(net),
            });
        }
        shown
    }

    pub(super) fn refund_shown(&self, id: &str) -> Value {
        let Some(refund) = self.refunds.get(id) else { return Value::Null };
        let mut shown = json!({
            "id": id, "status": refund.status, "amount": amount(refund.amount),
            "create_time": moment(refund.at), "update_time": moment(refund.at),
            "links": [
                link("self", &format!("/v2/payments/refunds/{id}")),
                link("up", &format!("/v2/payments/captures/{}", refund.capture)),
            ],
        });
        if let Some(invoice) = &refund.invoice_id {
            shown["invoice_id"] = json!(invoice);
        }
        if let Some(note) = &refund.note {
            shown["note_to_payer"] = json!(note);
        }
        shown
    }

    pub(super) fn dispute_shown(&self, id: &str) -> Value {
        let Some(dispute) = self.disputes.get(id) else { return Value::Null };
        let (invoice, custom) = self.ours(&dispute.capture);
        let mut shown = json!({
            "dispute_id": id, "create_time": moment(self.now), "update_time": moment(self.now),
            "disputed_transactions": [{
                "seller_transaction_id": dispute.capture,
                "invoice_number": invoice, "custom": custom,
            }],
            "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED", "status": dispute.status,
            "dispute_amount": amount(dispute.amount),
            "dispute_life_cycle_stage": dispute.stage,
            "seller_response_due_date": moment(self.now + TimeDelta::days(10)),
        });
        if let Some(outcome) = &dispute.outcome {
            shown["dispute_outcome"] = json!({ "outcome_code": outcome });
        }
        shown
    }
}

/// What PayPal keeps of a charge: 3.49 % and 49 minor units.
pub(super) fn fee(amount: Money) -> i64 {
    amount.minor() * 349 / 10_000 + 49 * unit(amount.currency())
}

/// Minor units of the smallest amount that PayPal can say.
pub(super) fn unit(currency: Currency) -> i64 {
    match currency.code() {
        "HUF" | "TWD" => 100,
        _ => 1,
    }
}

pub(super) fn money(minor: i64, currency: Currency) -> Money {
    // Fees of currencies without decimals have none either.
    let whole = minor - minor % unit(currency);
    Money::try_new(whole, currency).expect("an amount within bounds")
}

pub(super) fn amount(amount: Money) -> Value {
    let value = match unit(amount.currency()) {
        1 => amount.to_major(),
        unit => (amount.minor() / unit).to_string(),
    };
    json!({ "currency_code": amount.currency().code(), "value": value })
}

pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

pub(super) fn link(rel: &str, path: &str) -> Value {
    let method = if rel == "refund" { "POST" } else { "GET" };
    json!({ "href": format!("https://api-m.sandbox.paypal.com{path}"), "rel": rel,
            "method": method })
}
