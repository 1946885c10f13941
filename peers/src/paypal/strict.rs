//! Members that a contract does not name. PayPal's schemas allow them, and PayPal ignores them: a
//! misspelt member would never be noticed.

use serde_json::Value;

/// Where a body has members that the schema of an operation does not know.
pub(super) fn strangers(document: &Value, template: &str, body: &Value) -> Vec<String> {
    let schema = document
        .pointer("/paths")
        .and_then(|paths| paths.get(template)?.pointer("/post/requestBody/content"))
        .and_then(|content| content.get("application/json")?.get("schema"));
    let mut found = Vec::new();
    if let Some(schema) = schema {
        look(document, &[schema], body, "", &mut found);
    }
    found
}

fn look(document: &Value, schemas: &[&Value], value: &Value, at: &str, found: &mut Vec<String>) {
    let parts: Vec<&Value> = schemas.iter().flat_map(|it| parts(document, it)).collect();
    match value {
        Value::Object(members) => {
            let is_open = parts.iter().all(|part| part.get("properties").is_none());
            for (name, member) in members {
                let known: Vec<&Value> =
                    parts.iter().filter_map(|part| part.get("properties")?.get(name)).collect();
                let here = format!("{at}/{name}");
                if known.is_empty() && !is_open {
                    found.push(here);
                } else {
                    look(document, &known, member, &here, found);
                }
            }
        }
        Value::Array(items) => {
            let of: Vec<&Value> = parts.iter().filter_map(|part| part.get("items")).collect();
            for (number, item) in items.iter().enumerate() {
                look(document, &of, item, &format!("{at}/{number}"), found);
            }
        }
        _ => {}
    }
}

/// A schema and what it is made of.
fn parts<'a>(document: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    if let Some(place) = schema.get("$ref").and_then(Value::as_str) {
        let named = document.pointer(place.trim_start_matches('#'));
        return named.map(|named| parts(document, named)).unwrap_or_default();
    }
    let mut all = vec![schema];
    for of in ["allOf", "anyOf", "oneOf"] {
        let made_of = schema.get(of).and_then(Value::as_array).into_iter().flatten();
        all.extend(made_of.flat_map(|part| parts(document, part)));
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_misspelt_member_is_found_wherever_it_is() {
        let contract = include_str!("../../../adapters/fixtures/paypal/checkout_orders_v2.json");
        let contract: Value = serde_json::from_str(contract).unwrap();
        let order = |unit: Value, context: Value| {
            json!({ "intent": "CAPTURE", "purchase_units": [unit],
                    "payment_source": { "paypal": { "experience_context": context } } })
        };
        let amount = json!({ "currency_code": "USD", "value": "1.00",
                             "breakdown": { "item_total": { "currency_code": "USD" } } });
        let good = order(json!({ "amount": amount }), json!({ "user_action": "PAY_NOW" }));
        let look = |order: &Value| strangers(&contract, "/v2/checkout/orders", order);
        assert_eq!(look(&good), Vec::<String>::new());
        let unit = json!({ "amount": { "value": "1.00", "breakdown": { "items_total": 1 } } });
        let bad = order(unit, json!({ "user_acton": "PAY_NOW" }));
        let found = look(&bad);
        assert!(found.iter().any(|at| at.ends_with("/breakdown/items_total")), "{found:?}");
        assert!(found.iter().any(|at| at.ends_with("/user_acton")), "{found:?}");
    }
}
