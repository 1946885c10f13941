//! PayPal's own contracts, and what else every call of it keeps to.

use std::sync::{LazyLock, Mutex};

use serde_json::Value;

use super::strict::strangers;
use crate::contract::Contract;

/// A contract, once for all peers of a process: it takes long to make ready.
struct Shared {
    contract: Contract,
    document: Value,
}

impl Shared {
    fn of(text: &str) -> Self {
        let document = serde_json::from_str(text).expect("a contract in JSON");
        Self { contract: Contract::of(text), document }
    }
}

static ORDERS: LazyLock<Shared> = LazyLock::new(|| {
    Shared::of(include_str!("../../../adapters/fixtures/paypal/checkout_orders_v2.json"))
});
static PAYMENTS: LazyLock<Shared> = LazyLock::new(|| {
    Shared::of(include_str!("../../../adapters/fixtures/paypal/payments_payment_v2.json"))
});
static NOTIFICATIONS: LazyLock<Shared> = LazyLock::new(|| {
    Shared::of(include_str!("../../../adapters/fixtures/paypal/notifications_webhooks_v1.json"))
});
static DISPUTES: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../../adapters/fixtures/paypal/customer_disputes_v1.json");
    serde_json::from_str(text).expect("a contract in JSON")
});

/// What broke the contracts at one peer.
#[derive(Default)]
pub(super) struct Contracts(Mutex<Vec<String>>);

impl Contracts {
    pub(super) fn orders(&self, template: &str, body: &[u8]) -> Result<Value, Vec<String>> {
        self.hold(&ORDERS, template, body)
    }

    pub(super) fn payments(&self, template: &str, body: &[u8]) -> Result<Value, Vec<String>> {
        self.hold(&PAYMENTS, template, body)
    }

    pub(super) fn notifications(&self, template: &str, body: &[u8]) -> Result<Value, Vec<String>> {
        self.hold(&NOTIFICATIONS, template, body)
    }

    /// Whether a claim is accepted in a kind of body that the contract takes.
    pub(super) fn claim(&self, kind: Option<&str>) {
        let path = "/paths/~1v1~1customer~1disputes~1{id}~1accept-claim/post/requestBody/content";
        let taken = DISPUTES.pointer(path).and_then(Value::as_object);
        let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default();
        if !taken.expect("the contract names the kinds").contains_key(kind) {
            self.note(format!("a claim is accepted as {kind:?}"));
        }
    }

    /// Notes that something broke a contract.
    pub(super) fn note(&self, what: impl Into<String>) {
        self.0.lock().expect("no call panicked inside").push(what.into());
    }

    pub(super) fn broken(&self) -> Vec<String> {
        self.0.lock().expect("no call panicked inside").clone()
    }

    /// Holds a body against its contract, and against misspelt members.
    fn hold(&self, by: &Shared, template: &str, body: &[u8]) -> Result<Value, Vec<String>> {
        let held = by.contract.json("POST", template, body).and_then(|value| {
            let strange = strangers(&by.document, template, &value);
            if strange.is_empty() { Ok(value) } else { Err(strange) }
        });
        if let Err(errors) = &held {
            self.note(format!("POST {template}: {}", errors.join("; ")));
        }
        held
    }
}
