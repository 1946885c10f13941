//! Answers: those of the stored examples, with what differs put in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::Money;
use super::books::{Refund, Try};

/// The stored examples.
static EXAMPLES: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../../adapters/fixtures/sslcommerz/examples.json");
    serde_json::from_str(text).expect("examples in JSON")
});

/// An example as it is, by its pointer.
pub(super) fn example(pointer: &str) -> Value {
    EXAMPLES.pointer(pointer).unwrap_or_else(|| panic!("no example {pointer}")).clone()
}

fn with(pointer: &str, changes: &[(&str, Value)]) -> Value {
    let mut answer = example(pointer);
    for (name, value) in changes {
        answer[*name] = value.clone();
    }
    answer
}

pub(super) fn session(key: &str, page: &str) -> Value {
    with("/session/success", &[("sessionkey", json!(key)), ("GatewayPageURL", json!(page))])
}

pub(super) fn session_refused(reason: &str) -> Value {
    with("/session/failure", &[("failedreason", json!(reason))])
}

/// A try as lists, validations and notices tell it.
pub(super) fn told(one: &Try) -> BTreeMap<String, String> {
    let taka = Money::new(one.paid.in_taka(), "BDT");
    let rate = if one.paid.currency == "BDT" { "1.0000" } else { "121.2652" };
    let risk = if one.risk == 0 { "Safe" } else { "Risky" };
    let changes = [
        ("status", one.status.as_str()),
        ("tran_date", &one.at),
        ("tran_id", &one.tran_id),
        ("val_id", &one.val_id),
        ("amount", &taka.text()),
        ("store_amount", &Money::new(one.left(), "BDT").text()),
        ("bank_tran_id", &one.bank_tran_id),
        ("currency_type", &one.paid.currency),
        ("currency_amount", &one.paid.text()),
        ("currency_rate", rate),
        ("risk_title", risk),
        ("risk_level", &one.risk.to_string()),
        ("value_a", &one.value_a),
        ("error", &one.error),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let example = example("/query_by_tran_id/success/element/0");
    let members = example.as_object().into_iter().flatten();
    let mut all: BTreeMap<String, String> = members
        .filter(|(name, _)| *name != "APIConnect" && *name != "validated_on")
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect();
    all.extend(changes);
    all
}

fn object(members: BTreeMap<String, String>) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name, Value::String(value))).collect()
}

pub(super) fn tries(found: &[Try]) -> Value {
    let list: Vec<Value> = found.iter().map(|one| Value::Object(object(told(one)))).collect();
    let pointer =
        if list.is_empty() { "/query_by_tran_id/none" } else { "/query_by_tran_id/success" };
    with(pointer, &[("no_of_trans_found", json!(list.len())), ("element", json!(list))])
}

pub(super) fn validated(one: &Try) -> Value {
    let mut answer = object(told(one));
    answer.insert("APIConnect".to_owned(), json!("DONE"));
    answer.insert("validated_on".to_owned(), json!(one.at));
    Value::Object(answer)
}

pub(super) fn refund(refund: &Refund) -> Value {
    let changes = [
        ("bank_tran_id", json!(refund.bank_tran_id)),
        ("trans_id", json!(refund.tran_id)),
        ("refund_ref_id", json!(refund.name)),
    ];
    with("/refund_initiate/success", &changes)
}

pub(super) fn refund_refused(bank_tran_id: &str, reason: &str) -> Value {
    let changes = [("bank_tran_id", json!(bank_tran_id)), ("errorReason", json!(reason))];
    with("/refund_initiate/failed", &changes)
}

pub(super) fn refund_status(refund: &Refund) -> Value {
    let changes = [
        ("bank_tran_id", json!(refund.bank_tran_id)),
        ("tran_id", json!(refund.tran_id)),
        ("refund_ref_id", json!(refund.name)),
        ("status", json!(refund.status)),
    ];
    match refund.status.as_str() {
        // What is under way is told in two members, says the document's example.
        "processing" => example("/refund_query/processing"),
        _ => with("/refund_query/refunded", &changes),
    }
}

/// Likewise, for a question that names no refund of theirs.
pub(super) fn refund_found(refund: &Refund) -> Value {
    let changes = [
        ("bank_tran_id", json!(refund.bank_tran_id)),
        ("tran_id", json!(refund.tran_id)),
        ("refund_ref_id", json!(refund.name)),
        ("status", json!(refund.status)),
    ];
    with("/refund_query/refunded", &changes)
}

/// An answer with these members in place of its own, letter for letter: `1.00` stays `1.00`.
pub(super) fn strange(answer: &Value, members: &str) -> String {
    type Raw = BTreeMap<String, Box<RawValue>>;
    let mut all: Raw = serde_json::from_str(&answer.to_string()).expect("an answer in JSON");
    all.extend(serde_json::from_str::<Raw>(members).expect("members in JSON"));
    serde_json::to_string(&all).expect("members in JSON")
}
