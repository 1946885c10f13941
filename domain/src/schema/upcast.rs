//! Old payloads brought forward, one step per version.
//!
//! Guarantees that every step is pure and that steps chain up to the current version without a
//! gap; a test checks the table. Absent on purpose: clocks, lookups, and steps that drop or split
//! an event.

use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use serde_json::{Value, json};
use thiserror::Error;

use crate::schema::current_version;

/// One step: the payload of a version as the next version writes it.
pub(crate) struct Step {
    pub(crate) event_type: &'static str,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    pub(crate) run: fn(Value) -> Result<Value, UpcastError>,
}

/// Every step there ever was. Steps are only added.
pub(crate) const STEPS: &[Step] = &[
    Step {
        event_type: "client.registered",
        from: "1",
        to: "2",
        run: split_origin_of_client_registered,
    },
    Step {
        event_type: "dunning_case.opened",
        from: "1",
        to: "2",
        run: name_no_due_date_of_dunning_case_opened,
    },
    Step {
        event_type: "payment.attempted",
        from: "1",
        to: "2",
        run: name_no_invoice_of_payment_attempted,
    },
    Step {
        event_type: "payment.declined",
        from: "1",
        to: "2",
        run: name_no_invoice_of_payment_declined,
    },
];

/// Why an old payload cannot be brought forward.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UpcastError {
    /// Nobody ever wrote such a version, or a newer release did.
    #[error("version {version} of {event_type} is unknown to this release, upgrade first")]
    UnknownVersion {
        /// What the log says.
        event_type: String,
        /// What the log says.
        version: String,
    },
    /// The payload is not what that version wrote.
    #[error("payload of {event_type} version {version} cannot be brought forward: {detail}")]
    Payload {
        /// The event.
        event_type: &'static str,
        /// Its version.
        version: &'static str,
        /// What is missing.
        detail: &'static str,
    },
}

/// Brings a payload to the current version. A payload that already is current stays as it is.
pub fn upcast(event_type: &str, version: &str, payload: Value) -> Result<Value, UpcastError> {
    let unknown = |version: &str| UpcastError::UnknownVersion {
        event_type: event_type.to_owned(),
        version: version.to_owned(),
    };
    let current = current_version(event_type).ok_or_else(|| unknown(version))?;
    let (mut version, mut payload) = (version, payload);
    while version != current {
        let step = STEPS
            .iter()
            .find(|step| step.event_type == event_type && step.from == version)
            .ok_or_else(|| unknown(version))?;
        payload = (step.run)(payload)?;
        version = step.to;
    }
    Ok(payload)
}

/// The same steps for the stores of `cqrs-es`.
pub fn cqrs_upcasters() -> Vec<Box<dyn EventUpcaster>> {
    vec![Box::new(ToCurrent)]
}

/// All steps behind the framework's trait. It knows no failure, so that an event that cannot be
/// brought forward passes unchanged and is refused when it is read.
struct ToCurrent;

impl EventUpcaster for ToCurrent {
    fn can_upcast(&self, event_type: &str, event_version: &str) -> bool {
        current_version(event_type).is_some_and(|current| current != event_version)
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        let upcast = upcast(&event.event_type, &event.event_version, event.payload.clone());
        if let (Ok(payload), Some(current)) = (upcast, current_version(&event.event_type)) {
            event.payload = payload;
            event.event_version = current.to_owned();
        }
        event
    }
}

/// Version 1 kept an import's origin as one text, `whmcs:42`; version 2 keeps source and id
/// apart, because ids may hold a colon themselves. It also had no e-mail index.
fn split_origin_of_client_registered(mut payload: Value) -> Result<Value, UpcastError> {
    let wrong =
        |detail| UpcastError::Payload { event_type: "client.registered", version: "1", detail };
    let body = payload
        .get_mut("registered")
        .and_then(Value::as_object_mut)
        .ok_or_else(|| wrong("it has no object `registered`"))?;
    let origin = match body.remove("origin") {
        None | Some(Value::Null) => Value::Null,
        Some(Value::String(text)) => {
            let (source, id) =
                text.split_once(':').ok_or_else(|| wrong("its origin has no colon"))?;
            json!({ "source": source, "id": id })
        }
        Some(_) => return Err(wrong("its origin is no text")),
    };
    body.insert("origin".to_owned(), origin);
    body.entry("email_index").or_insert(Value::Null);
    Ok(payload)
}

/// Version 1 did not say which invoice an attempt was to pay.
fn name_no_invoice_of_payment_attempted(mut payload: Value) -> Result<Value, UpcastError> {
    let wrong =
        |detail| UpcastError::Payload { event_type: "payment.attempted", version: "1", detail };
    let body = payload
        .get_mut("attempted")
        .and_then(Value::as_object_mut)
        .ok_or_else(|| wrong("it has no object `attempted`"))?;
    body.entry("invoice_id").or_insert(Value::Null);
    Ok(payload)
}

/// Version 1 did not say which invoice it was to pay, nor whether another try might help; such a
/// decline counts for no invoice, so that nothing is tried because of the guess.
fn name_no_invoice_of_payment_declined(mut payload: Value) -> Result<Value, UpcastError> {
    let wrong =
        |detail| UpcastError::Payload { event_type: "payment.declined", version: "1", detail };
    let body = payload
        .get_mut("declined")
        .and_then(Value::as_object_mut)
        .ok_or_else(|| wrong("it has no object `declined`"))?;
    body.entry("invoice_id").or_insert(Value::Null);
    body.entry("decline").or_insert_with(|| json!("soft"));
    Ok(payload)
}

/// Version 1 did not say when the invoice was due.
fn name_no_due_date_of_dunning_case_opened(mut payload: Value) -> Result<Value, UpcastError> {
    let wrong =
        |detail| UpcastError::Payload { event_type: "dunning_case.opened", version: "1", detail };
    let body = payload
        .get_mut("opened")
        .and_then(Value::as_object_mut)
        .ok_or_else(|| wrong("it has no object `opened`"))?;
    body.entry("due_date").or_insert(Value::Null);
    Ok(payload)
}
