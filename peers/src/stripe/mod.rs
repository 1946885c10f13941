//! Stripe, as far as a billing system meets it: customers, cards, payments, pages, refunds,
//! disputes, balance.
//!
//! Guarantees: every form is held against Stripe's own contract, unknown fields included; the
//! first outcome under an idempotency key is repeated, also a failure; the same key with another
//! form is refused, and while the first runs a twin is; no more goes back than arrived; events are
//! signed as Stripe signs them; the balance holds every movement to the minor unit.
//!
//! What a payer, a bank or somebody at Stripe's dashboard does, a test does by calling a method.

mod answer;
mod books;
mod objects;
mod playing;
mod routes;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::Duration;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

pub use books::{Books, Entry, EntryKind};
pub use objects::Card;

use crate::contract::Contract;
use crate::serving::Serving;

/// The contract's text.
const OPENAPI: &str = include_str!("../../../adapters/fixtures/stripe/openapi.json");
/// The version that every call must name.
pub const VERSION: &str = "2023-08-16";

/// The contract, made ready once: it is large.
static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    let mut document: Value = serde_json::from_str(OPENAPI).expect("a contract in JSON");
    let paths = document["paths"].as_object_mut().expect("paths");
    for operation in paths.values_mut().filter_map(Value::as_object_mut).flatten() {
        close(&mut operation.1["requestBody"]);
    }
    Contract::of(&document.to_string())
});

/// Stripe refuses members it does not know at every depth; its document says so of the first only.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            if members.get("properties").is_some_and(Value::is_object) {
                members.entry("additionalProperties").or_insert(json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// What goes wrong on purpose. Counters are of requests to come.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Only requests that begin so, such as `POST /v1/payment_intents`; every one for none.
    pub only: Option<&'static str>,
    /// So many are turned away for their rate.
    pub rate_limited: u32,
    /// What they are told to wait, in seconds.
    pub retry_after: u64,
    /// So many are lost on their way: nothing is done, and nothing answered.
    pub lost: u32,
    /// So many fail before anything is done; the failure is kept under their key.
    pub failing_before: u32,
    /// So many are done, then answered with a failure, which is kept under their key.
    pub failing_after: u32,
    /// So many are done, and their answer is lost.
    pub dropped: u32,
    /// What failures say of being sent again.
    pub should_retry: Option<bool>,
    /// How long each request takes before it is done.
    pub delay: Option<Duration>,
    /// How much less arrives than was asked for, in Stripe's units.
    pub short_by: i64,
    /// Whether refunds are under way at first.
    pub refunds_pend: bool,
    /// How often each notification is sent; 0 is once.
    pub notes_times: usize,
    /// Whether the last comes first.
    pub notes_backwards: bool,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Such as `POST`.
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// The query, or the form.
    pub form: String,
    /// The idempotency key.
    pub key: Option<String>,
    /// The version it names.
    pub version: Option<String>,
}

/// A notification, ready to be sent.
#[derive(Clone, Debug)]
pub struct Note {
    /// Headers, names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What kind it is of.
    pub kind: String,
}

/// Stripe, with one account.
#[derive(Debug)]
pub struct StripePeer {
    world: Arc<Mutex<World>>,
    serving: Serving,
}

/// Everything it knows.
#[derive(Debug)]
pub(crate) struct World {
    now: DateTime<Utc>,
    is_live: bool,
    secret_key: String,
    webhook_secret: String,
    made: u64,
    objects: BTreeMap<&'static str, Vec<Value>>,
    cards: BTreeMap<String, Card>,
    outcomes: BTreeMap<String, answer::Kept>,
    running: BTreeSet<String>,
    events: Vec<Value>,
    told: usize,
    entries: Vec<Entry>,
    seen: Vec<Seen>,
    broken: Vec<String>,
    faults: Faults,
}

impl StripePeer {
    /// Serves an account with these secrets, at a time.
    pub async fn start(secret_key: &str, webhook_secret: &str, now: DateTime<Utc>) -> Self {
        let world = World {
            now,
            is_live: secret_key.contains("_live_"),
            secret_key: secret_key.to_owned(),
            webhook_secret: webhook_secret.to_owned(),
            made: 0,
            objects: BTreeMap::new(),
            cards: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            running: BTreeSet::new(),
            events: Vec::new(),
            told: 0,
            entries: Vec::new(),
            seen: Vec::new(),
            broken: Vec::new(),
            faults: Faults::default(),
        };
        let world = Arc::new(Mutex::new(world));
        let serving = Serving::start(answer::router(world.clone())).await;
        Self { world, serving }
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        self.serving.url()
    }

    /// What broke the contract so far: empty at the end of every test.
    #[must_use]
    pub fn broken(&self) -> Vec<String> {
        self.world().broken.clone()
    }

    /// Every request so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.world().seen.clone()
    }

    /// Changes what goes wrong.
    pub fn faults(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.world().faults);
    }

    /// Lets it be another time. Keys are kept for a day.
    pub fn set_now(&self, now: DateTime<Utc>) {
        let mut world = self.world();
        world.now = now;
        world.forget_old_keys();
    }

    /// What moved, and what is left.
    #[must_use]
    pub fn books(&self) -> Books {
        Books::of(&self.world().entries)
    }

    /// An object by its name, such as a payment.
    #[must_use]
    pub fn object(&self, id: &str) -> Option<Value> {
        self.world().find(id).cloned()
    }

    /// Every object of a kind, such as `payment_intent`, in the order they were made.
    #[must_use]
    pub fn objects(&self, kind: &str) -> Vec<Value> {
        self.world().objects.get(kind).cloned().unwrap_or_default()
    }

    /// The notifications that were not sent yet, signed now.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        let mut world = self.world();
        let fresh: Vec<Value> = world.events.iter().skip(world.told).cloned().collect();
        world.told = world.events.len();
        let times = world.faults.notes_times.max(1);
        let mut notes: Vec<Note> = fresh
            .iter()
            .flat_map(|event| std::iter::repeat_n(event, times))
            .map(|event| world.note(event))
            .collect();
        if world.faults.notes_backwards {
            notes.reverse();
        }
        notes
    }

    /// A notification of a test's own making, signed as Stripe would.
    #[must_use]
    pub fn note_of(&self, event: &Value) -> Note {
        self.world().note(event)
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("no request panicked inside")
    }
}

impl World {
    fn note(&self, event: &Value) -> Note {
        let body = event.to_string().into_bytes();
        let header = signature(&self.webhook_secret, self.now.timestamp(), &body);
        let headers = vec![
            ("content-type".to_owned(), "application/json; charset=utf-8".to_owned()),
            ("stripe-signature".to_owned(), header),
        ];
        let kind = event["type"].as_str().unwrap_or_default().to_owned();
        Note { headers, body, kind }
    }

    /// Tells of a change, as it is now.
    pub(crate) fn tell(&mut self, kind: &str, object: &Value) {
        self.made += 1;
        self.events.push(json!({
            "id": format!("evt_{:06}", self.made), "object": "event", "api_version": VERSION,
            "created": self.now.timestamp(), "livemode": self.is_live, "pending_webhooks": 1,
            "request": {"id": null, "idempotency_key": null}, "type": kind,
            "data": {"object": object},
        }));
    }
}

/// The header that signs a body.
#[must_use]
pub fn signature(secret: &str, at: i64, body: &[u8]) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(format!("{at}.").as_bytes());
    mac.update(body);
    let digest: [u8; 32] = mac.finalize().into_bytes().into();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_stripe_does_not_know_breaks_the_contract_at_every_depth() {
        let start = "mode=setup&success_url=https://shop.example/";
        let form =
            |more: &str| CONTRACT.form("POST", "/v1/checkout/sessions", &format!("{start}{more}"));
        assert!(form("").is_ok());
        assert!(form("&setup_intent_data[metadata][ours]=1").is_ok());
        for unknown in [
            "&odd=1",
            "&setup_intent_data[odd]=1",
            "&line_items[0][price_data][currency]=eur&line_items[0][price_data][odd]=1",
            "&line_items[0][quantity]=many",
        ] {
            assert!(form(unknown).is_err(), "{unknown}");
        }
    }
}
