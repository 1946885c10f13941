//! Opens what is sealed about one person, wherever it lies in a JSON value.
//!
//! A sealed value does not say which field it is; its name is authenticated, so that the names
//! there are tried until one fits.

use billfold_domain::kernel::{Pii, SubjectId};
use serde_json::{Map, Value, json};

use crate::vault::{KeyRing, Opened, field};

/// Puts what was sealed in the place of each sealed value; what belongs to somebody else, or cannot
/// be read any more, says so.
pub(super) fn open(value: &mut Value, keys: &KeyRing, subject: SubjectId) {
    match value {
        Value::Object(map) if is_sealed(map) => {
            if let Ok(sealed) = serde_json::from_value::<Pii<Value>>(value.clone()) {
                *value = opened(&sealed, keys, subject);
            }
        }
        Value::Object(map) => map.values_mut().for_each(|value| open(value, keys, subject)),
        Value::Array(values) => values.iter_mut().for_each(|value| open(value, keys, subject)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_sealed(map: &Map<String, Value>) -> bool {
    map.len() == 3 && ["subject", "class", "sealed"].iter().all(|name| map.contains_key(*name))
}

fn opened(sealed: &Pii<Value>, keys: &KeyRing, subject: SubjectId) -> Value {
    if sealed.subject() != subject {
        return json!({ "withheld": "data of somebody else" });
    }
    for name in field::ALL {
        match keys.open(sealed, name) {
            Ok(Opened::Clear(value)) => return value,
            Ok(Opened::Erased) => return json!({ "withheld": "erased" }),
            Err(_) => {}
        }
    }
    json!({ "withheld": "unreadable" })
}
