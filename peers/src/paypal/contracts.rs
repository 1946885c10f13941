//! PayPal's own contracts, and what else every call of it keeps to.

use std::sync::LazyLock;

use serde_json::Value;

use super::strict::strangers;
use crate::contract::Contract;

const ORDERS: &str = include_str!("../../../adapters/fixtures/paypal/checkout_orders_v2.json");
const PAYMENTS: &str = include_str!("../../../adapters/fixtures/paypal/payments_payment_v2.json");
const NOTIFICATIONS: &str =
    include_str!("../../../adapters/fixtures/paypal/notifications_webhooks_v1.json");
const DISPUTES: &str = include_str!("../../../adapters/fixtures/paypal/customer_disputes_v1.json");

static READ: LazyLock<[Value; 4]> = LazyLock::new(|| {
    [ORDERS, PAYMENTS, NOTIFICATIONS, DISPUTES]
        .map(|text| serde_json::from_str(text).expect("a contract in JSON"))
});

/// The contracts, and what broke them.
pub(super) struct Contracts {
    orders: Contract,
    payments: Contract,
    notifications: Contract,
}

impl Contracts {
    pub(super) fn new() -> Self {
        Self {
            orders: Contract::of(ORDERS),
            payments: Contract::of(PAYMENTS),
            notifications: Contract::of(NOTIFICATIONS),
        }
    }

    pub(super) fn orders(&self, template: &str, body: &[u8]) -> Result<Value, Vec<String>> {
        self.hold(&self.orders, &READ[0], template, body)
    }

    pub(super) fn payments(&self, template: &str, body: &[u8]) -> Result<Value, Vec<String>> {
        self.hold(&self.payments, &READ[1], template, body)
    }

    pub(super) fn notifications(&self, template: &str, body: &[u8]) -> Result<Value, Vec<String>> {
        self.hold(&self.notifications, &READ[2], template, body)
    }

    /// Whether a claim is accepted in a kind of body that the contract takes.
    pub(super) fn claim(&self, kind: Option<&str>) {
        let taken = READ[3]
            .pointer("/paths/~1v1~1customer~1disputes~1{id}~1accept-claim/post/requestBody/content")
            .and_then(Value::as_object)
            .expect("the contract names the kinds");
        let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default();
        if !taken.contains_key(kind) {
            self.note(format!("a claim is accepted as {kind:?}"));
        }
    }

    /// Notes that something broke a contract.
    pub(super) fn note(&self, what: impl Into<String>) {
        self.orders.note(what);
    }

    pub(super) fn broken(&self) -> Vec<String> {
        let all = [&self.orders, &self.payments, &self.notifications];
        all.iter().flat_map(|contract| contract.broken()).collect()
    }

    fn hold(
        &self,
        contract: &Contract,
        document: &Value,
        template: &str,
        body: &[u8],
    ) -> Result<Value, Vec<String>> {
        let body = contract.json("POST", template, body)?;
        let strangers = strangers(document, template, &body);
        if strangers.is_empty() {
            return Ok(body);
        }
        self.note(format!("{template} does not know {}", strangers.join(", ")));
        Err(strangers)
    }
}
