//! A provider's own contract: an OpenAPI document that every request is held against.
//!
//! Forms are read as the provider reads them: brackets make objects and lists, digits are numbers
//! where the schema wants a number, and a member that the contract does not know breaks it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// A contract, and what broke it so far.
pub struct Contract {
    document: Value,
    ready: Mutex<BTreeMap<String, std::sync::Arc<Validator>>>,
    broken: Mutex<Vec<String>>,
}

impl Contract {
    /// A contract by the text of its OpenAPI document.
    #[must_use]
    pub fn of(document: &str) -> Self {
        let document = serde_json::from_str(document).expect("a contract in JSON");
        Self { document, ready: Mutex::default(), broken: Mutex::default() }
    }

    /// What broke it so far: empty at the end of every test.
    pub fn broken(&self) -> Vec<String> {
        self.broken.lock().expect("no test panicked inside").clone()
    }

    /// Notes that something broke it.
    pub fn note(&self, what: impl Into<String>) {
        self.broken.lock().expect("no test panicked inside").push(what.into());
    }

    /// Holds a form against the contract of an operation; `template` is the path as the contract
    /// writes it. Answers the form as JSON, or what broke the contract.
    pub fn form(&self, method: &str, template: &str, body: &str) -> Result<Value, Vec<String>> {
        let schema = self.schema(method, template, "application/x-www-form-urlencoded");
        let Some(schema) = schema else {
            return self.refuse(method, template, vec!["no form is taken here".to_owned()]);
        };
        let form = self.typed(nested(body), &schema);
        self.hold(method, template, "application/x-www-form-urlencoded", form)
    }

    /// Holds a JSON body against the contract of an operation.
    pub fn json(&self, method: &str, template: &str, body: &[u8]) -> Result<Value, Vec<String>> {
        let Ok(value) = serde_json::from_slice(body) else {
            return self.refuse(method, template, vec!["the body is no JSON".to_owned()]);
        };
        self.hold(method, template, "application/json", value)
    }

    fn hold(
        &self,
        method: &str,
        template: &str,
        media: &str,
        value: Value,
    ) -> Result<Value, Vec<String>> {
        let Some(validator) = self.validator(method, template, media) else {
            return self.refuse(method, template, vec![format!("no {media} is taken here")]);
        };
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        if errors.is_empty() { Ok(value) } else { self.refuse(method, template, errors) }
    }

    fn refuse(
        &self,
        method: &str,
        template: &str,
        errors: Vec<String>,
    ) -> Result<Value, Vec<String>> {
        self.note(format!("{method} {template}: {}", errors.join("; ")));
        Err(errors)
    }

    fn validator(
        &self,
        method: &str,
        template: &str,
        media: &str,
    ) -> Option<std::sync::Arc<Validator>> {
        let key = format!("{method} {template} {media}");
        let mut ready = self.ready.lock().expect("no test panicked inside");
        if let Some(known) = ready.get(&key) {
            return Some(known.clone());
        }
        let mut schema = self.schema(method, template, media)?;
        schema.as_object_mut()?.insert("components".to_owned(), self.components());
        let made = jsonschema::options().with_draft(jsonschema::Draft::Draft4).build(&schema);
        let made = std::sync::Arc::new(made.expect("a schema of the contract"));
        ready.insert(key, made.clone());
        Some(made)
    }

    /// The schemas that others refer to, `nullable` told as JSON Schema tells it.
    fn components(&self) -> Value {
        let mut components = self.document.get("components").cloned().unwrap_or(Value::Null);
        nullable(&mut components);
        components
    }

    fn schema(&self, method: &str, template: &str, media: &str) -> Option<Value> {
        let operation = self.document.get("paths")?.get(template)?.get(method.to_lowercase())?;
        let body = self.resolved(operation.get("requestBody")?);
        let mut schema = body.get("content")?.get(media)?.get("schema")?.clone();
        nullable(&mut schema);
        Some(schema)
    }

    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        let Some(place) = value.get("$ref").and_then(Value::as_str) else { return value };
        let found = self.document.pointer(place.trim_start_matches('#'));
        found.map_or(value, |found| self.resolved(found))
    }

    /// Texts of a form as the types that the schema wants.
    fn typed(&self, value: Value, schema: &Value) -> Value {
        let schema = self.resolved(schema);
        let choices = ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|of| schema.get(of));
        let choices: Vec<&Value> = choices.filter_map(Value::as_array).flatten().collect();
        match value {
            Value::Object(members) => {
                let typed = members.into_iter().map(|(name, member)| {
                    let known = std::iter::once(schema).chain(choices.iter().copied());
                    let wants = known.map(|schema| self.resolved(schema)).find_map(|schema| {
                        let named = schema.get("properties").and_then(|all| all.get(&name));
                        named.or_else(|| schema.get("additionalProperties"))
                    });
                    let member = match wants {
                        Some(wants) => self.typed(member, wants),
                        None => member,
                    };
                    (name, member)
                });
                Value::Object(typed.collect())
            }
            Value::Array(items) => {
                let wants = std::iter::once(schema).chain(choices).find_map(|it| it.get("items"));
                let wants = wants.cloned().unwrap_or(Value::Null);
                Value::Array(items.into_iter().map(|item| self.typed(item, &wants)).collect())
            }
            Value::String(text) => {
                let types = std::iter::once(schema).chain(choices);
                let types: Vec<&str> = types
                    .map(|schema| self.resolved(schema))
                    .filter_map(|schema| schema.get("type")?.as_str())
                    .collect();
                scalar(text, &types)
            }
            other => other,
        }
    }
}

impl std::fmt::Debug for Contract {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contract").field("broken", &self.broken()).finish_non_exhaustive()
    }
}

fn scalar(text: String, types: &[&str]) -> Value {
    if types.contains(&"boolean") && (text == "true" || text == "false") {
        return Value::Bool(text == "true");
    }
    if types.contains(&"integer")
        && let Ok(number) = text.parse::<i64>()
    {
        return json!(number);
    }
    Value::String(text)
}

/// `a[b][0]=c` as `{"a": {"b": ["c"]}}`.
fn nested(body: &str) -> Value {
    let mut root = Value::Object(Map::new());
    for (name, text) in form_urlencoded::parse(body.as_bytes()) {
        let mut parts = name.split('[').map(|part| part.trim_end_matches(']'));
        let first = parts.next().unwrap_or_default().to_owned();
        let mut path = vec![first];
        path.extend(parts.map(str::to_owned));
        place(&mut root, &path, Value::String(text.into_owned()));
    }
    lists(root)
}

fn place(into: &mut Value, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else { return };
    let Some(members) = into.as_object_mut() else { return };
    if rest.is_empty() {
        members.insert(first.clone(), value);
        return;
    }
    let inner = members.entry(first.clone()).or_insert_with(|| Value::Object(Map::new()));
    place(inner, rest, value);
}

/// Objects whose members are 0, 1, 2 … as lists.
fn lists(value: Value) -> Value {
    let Value::Object(members) = value else { return value };
    let is_list =
        !members.is_empty() && members.keys().enumerate().all(|(at, name)| *name == at.to_string());
    let inner = members.into_iter().map(|(name, member)| (name, lists(member)));
    if is_list {
        Value::Array(inner.map(|(_, member)| member).collect())
    } else {
        Value::Object(inner.collect())
    }
}

/// `nullable: true` of OpenAPI 3.0 as JSON Schema says it.
fn nullable(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let may_be_null = members.get("nullable") == Some(&Value::Bool(true));
            if may_be_null && let Some(Value::String(kind)) = members.get("type").cloned() {
                members.insert("type".to_owned(), json!([kind, "null"]));
                if let Some(Value::Array(words)) = members.get_mut("enum") {
                    words.push(Value::Null);
                }
            }
            members.values_mut().for_each(nullable);
        }
        Value::Array(items) => items.iter_mut().for_each(nullable),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contract() -> Contract {
        Contract::of(
            r##"{"paths": {"/v1/pay": {"post": {"requestBody": {"content": {
                "application/x-www-form-urlencoded": {"schema": {
                    "type": "object", "additionalProperties": false, "required": ["amount"],
                    "properties": {
                        "amount": {"type": "integer"},
                        "confirm": {"type": "boolean"},
                        "lines": {"type": "array", "items": {"$ref": "#/components/schemas/line"}},
                        "metadata": {"anyOf": [
                            {"type": "object", "additionalProperties": {"type": "string"}},
                            {"type": "string", "enum": [""]}]}
                    }}}}}}}},
                "components": {"schemas": {"line": {"type": "object",
                    "additionalProperties": false, "properties": {
                        "quantity": {"type": "integer", "nullable": true}}}}}}"##,
        )
    }

    #[test]
    fn a_form_is_read_as_its_contract_means_it() {
        let body = "amount=1999&confirm=true&lines[0][quantity]=2&metadata[payment_id]=7";
        let read = contract().form("POST", "/v1/pay", body).unwrap();
        assert_eq!(read["lines"][0]["quantity"], json!(2));
        assert_eq!(read["metadata"]["payment_id"], json!("7"));
    }

    #[test]
    fn what_a_contract_does_not_know_or_misses_breaks_it() {
        let contract = contract();
        for body in ["confirm=true", "amount=19.99", "amount=1&odd=1", "amount=1&lines[0][x]=1"] {
            assert!(contract.form("POST", "/v1/pay", body).is_err(), "{body}");
        }
        assert_eq!(contract.broken().len(), 4);
        assert!(contract.form("POST", "/v1/elsewhere", "").is_err());
    }
}
