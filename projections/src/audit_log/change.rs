//! What an event changed: each field before and after it, by folding its stream (AUD-01).
//!
//! Guarantees: what is said follows from the events alone, so that it holds for every kind of
//! thing, also for events of years ago; sealed data stays sealed; the cost of a page is bounded.
//! Absent on purpose: values kept anywhere. A stream whose history is too long for a page is not
//! folded, and the entry says that.

use std::collections::{BTreeMap, BTreeSet};

use billfold_domain::schema::{State, decode};
use serde_json::Value;
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use crate::error::Error;
use crate::event_index::Stored;

/// Events folded for one page at most; beyond, the longest streams are left out.
const MOST_FOLDED: i64 = 4_000;
/// Fields named for one event at most.
const MOST_FIELDS: usize = 100;
/// What stands for a value that is sealed.
const SEALED: &str = "sealed";

/// One field before and after an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which, with `/` between the names of its parts; `state` is what the thing is as a whole.
    pub field: String,
    /// Its value before; none if there was no such field.
    pub before: Option<Value>,
    /// Its value afterwards; none if there is no such field any more.
    pub after: Option<Value>,
}

type Stream = (Uuid, String);

/// What each of these events changed, by position. An event of a stream that is too long, or that
/// this release cannot read, is left out.
pub(super) async fn of_events(
    conn: &mut PgConnection,
    tenant: Uuid,
    events: &[Stored],
) -> Result<BTreeMap<i64, Vec<Change>>, Error> {
    let mut wanted: BTreeMap<Stream, BTreeMap<i64, i64>> = BTreeMap::new();
    for event in events {
        let stream = (event.aggregate_id, event.aggregate_type.clone());
        wanted.entry(stream).or_default().insert(event.sequence, event.position);
    }
    let last = |wanted: &BTreeMap<i64, i64>| wanted.keys().next_back().copied().unwrap_or(0);
    let mut shortest: Vec<(&Stream, i64)> =
        wanted.iter().map(|(stream, events)| (stream, last(events))).collect();
    shortest.sort_by_key(|(_, last)| *last);
    let mut room = MOST_FOLDED;
    shortest.retain(|(_, last)| {
        room -= *last;
        room >= 0
    });
    let mut changes = BTreeMap::new();
    let histories = histories(conn, tenant, &shortest).await?;
    for (stream, history) in histories {
        if let Some(events) = wanted.get(&stream) {
            fold(&stream.1, &history, events, &mut changes);
        }
    }
    Ok(changes)
}

/// An event of a stream: its place, type, version and payload.
type Told = (i64, String, String, String);

async fn histories(
    conn: &mut PgConnection,
    tenant: Uuid,
    streams: &[(&Stream, i64)],
) -> Result<BTreeMap<Stream, Vec<Told>>, Error> {
    let rows = sqlx::query(
        "select e.aggregate_id, e.aggregate_type, e.sequence, e.event_type, e.event_version, \
             e.payload \
         from unnest($2::uuid[], $3::text[], $4::bigint[]) as wanted (id, kind, last) \
         join events e on e.tenant_id = $1 and e.aggregate_id = wanted.id \
             and e.aggregate_type = wanted.kind and e.sequence <= wanted.last \
         order by e.aggregate_id, e.aggregate_type, e.sequence",
    )
    .bind(tenant)
    .bind(streams.iter().map(|((id, _), _)| *id).collect::<Vec<_>>())
    .bind(streams.iter().map(|((_, kind), _)| kind.clone()).collect::<Vec<_>>())
    .bind(streams.iter().map(|(_, last)| *last).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    let mut histories: BTreeMap<Stream, Vec<Told>> = BTreeMap::new();
    for row in rows {
        let stream = (row.try_get(0)?, row.try_get(1)?);
        // json travels as its own text, and here the text itself is wanted
        let told = (row.try_get(2)?, row.try_get(3)?, row.try_get(4)?, row.try_get_unchecked(5)?);
        histories.entry(stream).or_default().push(told);
    }
    Ok(histories)
}

/// Folds a stream from its first event, and notes what the wanted events changed. It ends at an
/// event that this release cannot read: what follows would be told wrongly.
fn fold(
    kind: &str,
    history: &[Told],
    wanted: &BTreeMap<i64, i64>,
    changes: &mut BTreeMap<i64, Vec<Change>>,
) {
    let Some(mut state) = State::absent(kind) else { return };
    for (sequence, event_type, version, payload) in history {
        let Ok(event) = decode(kind, event_type, version, payload.as_bytes()) else { return };
        let position = wanted.get(sequence);
        let before = position.map(|_| state.to_json());
        state.apply(&event);
        if let (Some(position), Some(Ok(before)), Ok(after)) = (position, before, state.to_json()) {
            changes.insert(*position, between(before, after));
        }
    }
}

/// The fields in which two states of a thing differ.
fn between(before: Value, after: Value) -> Vec<Change> {
    let (before, after) = (named(before), named(after));
    let mut changes = Vec::new();
    compare("", before.as_ref(), after.as_ref(), &mut changes);
    changes.truncate(MOST_FIELDS);
    changes
}

/// A state that is one of several, with its name as the field `state` beside its own fields; a
/// thing that does not exist has no fields.
fn named(state: Value) -> Option<Value> {
    let (name, fields) = match state {
        Value::String(name) if name == "absent" => return None,
        Value::String(name) => (name, Value::Null),
        Value::Object(fields) if fields.len() == 1 => fields.into_iter().next()?,
        other => return Some(other),
    };
    let mut flat = match fields {
        Value::Object(fields) => fields,
        Value::Null => serde_json::Map::new(),
        other => serde_json::Map::from_iter([("value".to_owned(), other)]),
    };
    flat.insert("state".to_owned(), Value::String(name));
    Some(Value::Object(flat))
}

fn compare(field: &str, before: Option<&Value>, after: Option<&Value>, to: &mut Vec<Change>) {
    let (before, after) = (before.filter(|one| is_said(one)), after.filter(|one| is_said(one)));
    if before == after || to.len() >= MOST_FIELDS {
        return;
    }
    let parts = |value: Option<&Value>| value.is_none_or(has_parts);
    if !parts(before) || !parts(after) {
        let shown = |value: Option<&Value>| value.map(|value| unsealed(field, value));
        to.push(Change { field: field.to_owned(), before: shown(before), after: shown(after) });
        return;
    }
    let names: BTreeSet<String> =
        [before, after].into_iter().flatten().flat_map(names_of).collect();
    for name in names {
        let path = if field.is_empty() { name.clone() } else { format!("{field}/{name}") };
        let before = before.and_then(|value| part_of(value, &name));
        compare(&path, before, after.and_then(|value| part_of(value, &name)), to);
    }
}

/// Nothing, and what holds nothing, is no value.
fn is_said(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    }
}

/// Whether a value is told by its parts rather than as a whole: amounts and sealed values are one.
fn has_parts(value: &Value) -> bool {
    match value {
        Value::Array(_) => true,
        Value::Object(fields) => {
            let only = |names: &[&str]| {
                fields.len() == names.len() && names.iter().all(|name| fields.contains_key(*name))
            };
            !only(&["minor", "currency"]) && !is_sealed(value)
        }
        _ => false,
    }
}

fn is_sealed(value: &Value) -> bool {
    let names = ["subject", "class", "sealed"];
    value.as_object().is_some_and(|fields| {
        fields.len() == names.len() && names.iter().all(|name| fields.contains_key(*name))
    })
}

/// The value as it may be shown: a ciphertext or the keyed hash of something tells nobody anything.
fn unsealed(field: &str, value: &Value) -> Value {
    if is_sealed(value) || field.ends_with("_index") {
        Value::String(SEALED.to_owned())
    } else {
        value.clone()
    }
}

fn names_of(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => fields.keys().cloned().collect(),
        // padded, so that the tenth comes after the second
        Value::Array(items) => (1..=items.len()).map(|no| format!("{no:02}")).collect(),
        _ => Vec::new(),
    }
}

fn part_of<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value {
        Value::Object(fields) => fields.get(name),
        Value::Array(items) => items.get(name.parse::<usize>().ok()?.checked_sub(1)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: Value, after: Value) -> Vec<(String, Option<Value>, Option<Value>)> {
        let changes = between(before, after).into_iter();
        changes.map(|change| (change.field, change.before, change.after)).collect()
    }

    #[test]
    fn a_change_names_the_fields_that_differ_and_no_other() {
        let before = json!({ "active": { "country": "DE", "billing": { "zone": null } } });
        let zone = json!({ "active": { "country": "DE", "billing": { "zone": "Europe/Paris" } } });
        let found = told(before.clone(), zone);
        assert_eq!(found, [("billing/zone".to_owned(), None, Some(json!("Europe/Paris")))]);
        let suspended = json!({ "suspended": { "country": "DE", "billing": { "zone": null } } });
        let found = told(before, suspended);
        assert_eq!(found, [("state".to_owned(), Some(json!("active")), Some(json!("suspended")))]);
    }

    #[test]
    fn what_came_into_being_had_no_fields_before() {
        let money = json!({ "minor": 100, "currency": "EUR" });
        let found = told(json!("absent"), json!({ "open": { "total": money.clone() } }));
        assert_eq!(
            found,
            [
                ("state".to_owned(), None, Some(json!("open"))),
                ("total".to_owned(), None, Some(money)),
            ]
        );
    }

    #[test]
    fn sealed_data_is_told_to_have_changed_and_stays_sealed() {
        let card = |text: &str| {
            json!({ "active": {
                "contact": { "subject": "s", "class": "operational", "sealed": text },
                "email_index": text,
            } })
        };
        let found = told(card("aaaa"), card("bbbb"));
        assert_eq!(found.len(), 2);
        for (field, before, after) in found {
            assert_eq!((before, after), (Some(json!("sealed")), Some(json!("sealed"))), "{field}");
        }
    }

    #[test]
    fn items_of_a_list_are_told_by_their_place() {
        let lines = |lines: Value| json!({ "draft": { "lines": lines } });
        let found = told(lines(json!([{ "no": 1 }])), lines(json!([{ "no": 1 }, { "no": 2 }])));
        assert_eq!(found, [("lines/02/no".to_owned(), None, Some(json!(2)))]);
    }
}
