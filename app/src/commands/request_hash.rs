//! The fingerprint of a request: SHA-256 of the use case's name and its command as canonical JSON.
//!
//! Guarantees: equal commands hash alike whatever the order of their fields; two use cases never
//! share a hash.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::Error;

/// The fingerprint of `command` as asked of `use_case`.
pub(super) fn request_hash<C: Serialize>(use_case: &str, command: &C) -> Result<[u8; 32], Error> {
    let text = canonical(command)?;
    let hash = Sha256::new()
        .chain_update(b"billfold request v1\0")
        .chain_update(use_case.as_bytes())
        .chain_update([0])
        .chain_update(text.as_bytes());
    Ok(hash.finalize().into())
}

/// A command as canonical JSON.
pub(super) fn canonical<C: Serialize>(command: &C) -> Result<String, Error> {
    let value = serde_json::to_value(command).map_err(Error::bug)?;
    let mut text = String::with_capacity(256);
    write_canonical(&value, &mut text);
    Ok(text)
}

/// Fields in the order of their names, no blanks, absent and null alike.
fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().filter(|(_, value)| !value.is_null()).collect();
            fields.sort_by_key(|(name, _)| name.as_str());
            out.push('{');
            for (at, (name, value)) in fields.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(name.clone()).to_string());
                out.push(':');
                write_canonical(value, out);
            }
            out.push('}');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_fields_and_an_absent_field_do_not_matter() {
        let hash = |value| request_hash("pay", &value).unwrap();
        let one = hash(json!({"a": 1, "b": {"x": [1, "2"], "y": null}}));
        let two = hash(json!({"b": {"x": [1, "2"]}, "a": 1}));
        assert_eq!(one, two);
        assert_ne!(one, hash(json!({"b": {"x": [1, 2]}, "a": 1})));
        assert_ne!(one, request_hash("void", &json!({"a": 1, "b": {"x": [1, "2"]}})).unwrap());
    }
}
