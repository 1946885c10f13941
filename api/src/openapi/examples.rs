//! An example for every plain field of the document that names none itself.
//!
//! Guarantees: one term has one example, wherever it stands; days, instants, numbers and switches
//! have theirs by their kind. Absent on purpose: whole answers, which follow from their fields.

use serde_json::{Value, json};
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayItems, KnownFormat, Object, Schema, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{Components, RefOr};

/// Of texts that mean something else in one schema than elsewhere: schema and field.
const OF_SCHEMA: &[(&str, &str, &str)] = &[
    ("AffiliateDetail", "code", "nordlicht"),
    ("ApiKey", "id", "key_01kchkq7w7fc9r6a8b9c0d1e2f"),
    ("ApiKey", "name", "order import"),
    ("AppliedRate", "code", "de-standard"),
    ("Branding", "name", "Nordlicht"),
    ("ClientNote", "text", "Prefers to be called in the morning"),
    ("CreditNoteDetail", "number", "CN-2026-000001"),
    ("CustomField", "key", "manager"),
    ("Done", "id", "cli_01kchkq7w7fc9r6a8b9c0d1e2f"),
    ("GroupOfClient", "code", "resellers"),
    ("InvoiceIssued", "id", "inv_01kchkq7w7fc9r6a8b9c0d1e2f"),
    ("InvoiceVoided", "id", "inv_01kchkq7w7fc9r6a8b9c0d1e2f"),
    ("Origin", "id", "4711"),
    ("PendingChange", "name", "VPS L"),
    ("ReferredBy", "code", "nordlicht"),
    ("Reseller", "name", "Ada Lovelace"),
    ("Seller", "name", "Nordlicht Hosting GmbH"),
    ("Settings", "name", "Nordlicht Hosting GmbH"),
    ("Subscription", "name", "VPS S"),
    ("SubscriptionDetail", "name", "VPS S"),
    ("Tenant", "name", "Nordlicht Hosting GmbH"),
];

/// Of texts, by field: what one term means is the same wherever it stands.
const OF_TERM: &[(&str, &str)] = &[
    ("actor", "staff:019a2f3c-5d7e-7cc0-8a55-0f4c1d2e3b4a"),
    ("aggregate_type", "invoice"),
    ("answer", "Debian 13"),
    ("asked_by", "staff:019a2f3c-5d7e-7cc0-8a55-0f4c1d2e3b4a"),
    ("batch_hash", HASH),
    ("buyer_reference", "04011000-12345-34"),
    ("channel", "bank transfer"),
    ("client_id", "cli_01kchkq7w7fc9r6a8b9c0d1e2f"),
    ("closed_by", "staff:019a2f3c-5d7e-7cc0-8a55-0f4c1d2e3b4a"),
    ("code", "client.suspended"),
    ("command", "refund_payment"),
    ("command_hash", HASH),
    ("country", "DE"),
    ("created_by", "staff:019a2f3c-5d7e-7cc0-8a55-0f4c1d2e3b4a"),
    ("credit_note", "CN-2026-000001"),
    ("credit_note_id", "crn_01kchkq7w7fc9r6a8b9c0d1e2f"),
    ("csrf_token", "bW9zdGx5IGhhcm1sZXNz"),
    ("currency", "EUR"),
    ("customer", "DE"),
    ("decided_by", "staff:019a2f3c-5d7e-7cc0-8a55-0f4c1d2e3b4a"),
    ("decision", "the sums agree"),
    ("description", "VPS S, one month"),
    ("detail", "the client is suspended, activate it first"),
    ("email", "ada@example.org"),
    ("event_id", "019a2f3c-5d7e-7cc0-8a55-0f4c1d2e3b4a"),
    ("event_type", "invoice.issued"),
    ("event_version", "1"),
    ("events_root", HASH),
    ("explanation", "printed on paper that was lost"),
    ("failure", "the payment was refunded meanwhile"),
    ("failure_code", "payment.nothing_left"),
    ("fee_invoice_id", "inv_01kchkq7w7fc9r6a8b9c0d1e2f"),
    ("invoice_id", "inv_01kchkq7w7fc9r6a8b9c0d1e2f"),
    ("invoice_number", "INV-2026-000001"),
    ("ip", "198.51.100.7"),
    ("key_id", "6f1c2a9d"),
    ("label", "Operating system"),
    ("last_error", "invoice.issued version 2 is unknown to this release, upgrade first"),
    ("leaf_hash", HASH),
    ("line2", "Block C"),
    ("name", "First reminder"),
    ("next", "ten_01kchkq7w7fc9r6a8b9c0d1e2f"),
    ("next_cursor", "eyJhZnRlciI6MTA0Mn0"),
    ("number", "INV-2026-000001"),
    ("option", "os"),
    ("order_id", "ord_01kchkq7w7fc9r6a8b9c0d1e2f"),
    ("order_reference", "PO-4711"),
    ("payment_id", "pay_01kchkq7w7fc9r6a8b9c0d1e2f"),
    ("prev_hash", HASH),
    ("product_id", "prd_01kchkq7w7fc9r6a8b9c0d1e2f"),
    ("proforma_id", "pro_01kchkq7w7fc9r6a8b9c0d1e2f"),
    ("quantity", "1"),
    ("rate", "19"),
    ("reason", "the customer asked for it"),
    ("receipts_root", HASH),
    ("reference", "transfer 4711"),
    ("region", "CA-ON"),
    ("reopened_by", "staff:019a2f3c-5d7e-7cc0-8a55-0f4c1d2e3b4a"),
    ("seller", "DE"),
    ("signature", "MEUCIQDk"),
    ("source", "whmcs"),
    ("stage", "First reminder"),
    ("state", "Hamburg"),
    ("status", "waiting"),
    ("stop_reason", "paid"),
    ("stopped", "paid"),
    ("strategy_id", "dst_01kchkq7w7fc9r6a8b9c0d1e2f"),
    ("subscription_id", "sub_01kchkq7w7fc9r6a8b9c0d1e2f"),
    ("tax_rate_id", "tax_01kchkq7w7fc9r6a8b9c0d1e2f"),
    ("text", "Exempt by article 132"),
    ("tier", "gold"),
    ("unit_price", "9.90"),
    ("user_agent", "curl/8.16.0"),
    ("vat_id", "DE123456789"),
    ("voided_by", "crn_01kchkq7w7fc9r6a8b9c0d1e2f"),
    ("voids", "inv_01kchkq7w7fc9r6a8b9c0d1e2f"),
];

const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// Gives every plain field an example that has none.
pub(super) fn give(components: &mut Components) {
    for (name, schema) in &mut components.schemas {
        within(name, schema);
    }
}

fn within(schema_name: &str, schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => {
            for (field, inner) in &mut object.properties {
                if let RefOr::T(Schema::Object(plain)) = inner {
                    exemplify(schema_name, field, plain);
                }
                within(schema_name, inner);
            }
            if let Some(AdditionalProperties::RefOr(values)) =
                object.additional_properties.as_deref_mut()
            {
                within(schema_name, values);
            }
        }
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                within(schema_name, items);
            }
        }
        Schema::OneOf(choice) => {
            choice.items.iter_mut().for_each(|item| within(schema_name, item));
        }
        Schema::AllOf(parts) => parts.items.iter_mut().for_each(|item| within(schema_name, item)),
        Schema::AnyOf(choice) => {
            choice.items.iter_mut().for_each(|item| within(schema_name, item));
        }
        _ => {}
    }
}

fn exemplify(schema: &str, field: &str, plain: &mut Object) {
    let told = plain.example.is_some() || !plain.examples.is_empty();
    if !told && plain.enum_values.is_none() {
        plain.example = example(schema, field, plain);
    }
}

fn example(schema: &str, field: &str, plain: &Object) -> Option<Value> {
    match kind(&plain.schema_type)? {
        Type::Boolean => Some(json!(true)),
        Type::Integer => Some(json!(whole(field, plain))),
        Type::String => match &plain.format {
            Some(SchemaFormat::KnownFormat(KnownFormat::Date)) => Some(json!("2026-03-31")),
            Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)) => {
                Some(json!("2026-03-31T09:30:00Z"))
            }
            Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)) => {
                Some(json!("019a2f3c-5d7e-7cc0-8a55-0f4c1d2e3b4a"))
            }
            _ => text(schema, field).map(|text| json!(text)),
        },
        _ => None,
    }
}

/// What a value is, besides that it may be missing.
fn kind(schema_type: &SchemaType) -> Option<Type> {
    match schema_type {
        SchemaType::Type(kind) => Some(kind.clone()),
        SchemaType::Array(kinds) => kinds.iter().find(|kind| **kind != Type::Null).cloned(),
        SchemaType::AnyValue => None,
    }
}

/// A number that the limits of the field let through.
fn whole(field: &str, plain: &Object) -> i64 {
    match field {
        "position" | "as_of_position" => 1042,
        "version" => 3,
        _ if plain.maximum.is_none() && plain.minimum.is_none() => 12,
        _ => 1,
    }
}

fn text(schema: &str, field: &str) -> Option<&'static str> {
    let special = OF_SCHEMA.iter().find(|(of, name, _)| *of == schema && *name == field);
    let special = special.map(|(_, _, text)| *text);
    special.or_else(|| OF_TERM.iter().find(|(name, _)| *name == field).map(|(_, text)| *text))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::{OF_SCHEMA, OF_TERM};

    /// Every object of a document, with the name it has or the field it is of.
    fn objects<'a>(name: &'a str, schema: &'a Value, found: &mut Vec<(&'a str, &'a Value)>) {
        match schema {
            Value::Object(map) => {
                if map.contains_key("properties") {
                    found.push((name, schema));
                }
                map.values().for_each(|inner| objects(name, inner, found));
            }
            Value::Array(all) => all.iter().for_each(|inner| objects(name, inner, found)),
            _ => {}
        }
    }

    fn fields(document: &Value) -> Vec<(String, String, Value)> {
        let mut found = Vec::new();
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            objects(name, schema, &mut found);
        }
        let of = |(name, object): (&str, &Value)| {
            let fields = object["properties"].as_object().unwrap().clone();
            let name = name.to_owned();
            fields.into_iter().map(move |(field, schema)| (name.clone(), field, schema))
        };
        found.into_iter().flat_map(of).collect()
    }

    #[test]
    fn every_plain_field_has_an_example() {
        let document = serde_json::to_value(crate::document()).unwrap();
        let plain = |schema: &Value| {
            let words = schema["type"].to_string();
            ["string", "integer", "boolean"].iter().any(|kind| words.contains(kind))
                && !words.contains("object")
                && !words.contains("array")
        };
        let fields = fields(&document);
        assert!(fields.len() > 1000, "{} fields", fields.len());
        let silent: BTreeSet<String> = fields
            .into_iter()
            .filter(|(_, _, schema)| plain(schema))
            .filter(|(_, _, schema)| {
                ["example", "examples", "enum", "const"].iter().all(|key| schema[*key].is_null())
            })
            .map(|(name, field, _)| format!("{name}.{field}"))
            .collect();
        assert!(silent.is_empty(), "without an example: {silent:?}");
    }

    #[test]
    fn no_example_is_kept_that_nobody_needs() {
        let document = serde_json::to_value(crate::document()).unwrap();
        let fields = fields(&document);
        for (schema, name, text) in OF_SCHEMA {
            let used = |(of, field, shown): &(String, String, Value)| {
                of == schema && field == name && shown["example"] == *text
            };
            assert!(fields.iter().any(used), "{schema}.{name}");
        }
        for (name, text) in OF_TERM {
            let used = |(_, field, shown): &(String, String, Value)| {
                field == name && shown["example"] == *text
            };
            assert!(fields.iter().any(used), "{name}");
        }
    }
}
