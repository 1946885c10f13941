//! PayPal, as far as sellers meet it: tokens, orders, captures, refunds, disputes, notifications
//! and the settlement report.
//!
//! It holds every request against PayPal's own contracts, answers a repeated key with what it
//! answered first, forgets orders that nobody approves, and keeps books. Absent on purpose: cards,
//! stored methods, several units in an order.

mod api;
mod contracts;
mod faults;
mod notices;
mod state;
mod strict;

use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State as Shared};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use billfold_domain::kernel::Money;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

pub use faults::{Fault, Faults, Operation};
pub use notices::Notice;
pub use state::{Books, CaptureAs, Seen};

use api::{Asked, Said};
use contracts::Contracts;
use state::{Dispute, State};

use crate::serving::Serving;

/// The client ID that is let in.
pub const CLIENT_ID: &str = "AfPeerClient";
/// Its secret.
pub const CLIENT_SECRET: &str = "EPeerSecretOfTheClient";
/// The webhook that notifications are signed for.
pub const WEBHOOK_ID: &str = "1JE4291016473214C";

/// A PayPal of its own.
pub struct PayPalPeer {
    inner: Arc<Inner>,
    serving: Serving,
}

struct Inner {
    state: Mutex<State>,
    contracts: Contracts,
}

impl PayPalPeer {
    /// Begins, with nothing in its books.
    pub async fn start() -> Self {
        let state = Mutex::new(State::new());
        let inner = Arc::new(Inner { state, contracts: Contracts::default() });
        let router = Router::new().fallback(answer).with_state(inner.clone());
        Self { inner, serving: Serving::start(router).await }
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        self.serving.url()
    }

    /// The root that its certificates lead to, in PEM.
    #[must_use]
    pub fn root() -> &'static str {
        notices::certificate("root_ca_pem")
    }

    /// What broke the contract so far.
    #[must_use]
    pub fn broken(&self) -> Vec<String> {
        self.inner.contracts.broken()
    }

    /// The next call of an operation meets a fault.
    pub fn fault(&self, operation: Operation, fault: Fault) {
        self.state().faults.add(operation, fault);
    }

    /// Whatever waits to go wrong does not.
    pub fn no_more_faults(&self) {
        self.state().faults = Faults::default();
    }

    /// The calls of an operation so far.
    #[must_use]
    pub fn seen(&self, operation: Operation) -> Vec<Seen> {
        let state = self.state();
        state.seen.iter().filter(|seen| seen.operation == operation).cloned().collect()
    }

    /// What time it is there.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.state().now
    }

    /// Moves its clock.
    pub fn advance(&self, by: TimeDelta) {
        self.state().now += by;
    }

    /// How long the tokens last that it gives from now on.
    pub fn tokens_last(&self, lasts: TimeDelta) {
        self.state().token_lasts = lasts;
    }

    /// Takes every token back.
    pub fn forget_tokens(&self) {
        self.state().tokens.clear();
    }

    /// The names of its orders, the oldest first.
    #[must_use]
    pub fn orders(&self) -> Vec<String> {
        self.state().orders.keys().cloned().collect()
    }

    /// The payer says yes.
    pub fn approve(&self, order: &str) {
        let mut state = self.state();
        let now = state.now;
        let found = state.orders.get_mut(order).expect("an order of this peer");
        found.status = "APPROVED".to_owned();
        found.updated = now;
        let shown = state.order_shown(order);
        notices::event(&mut state, "CHECKOUT.ORDER.APPROVED", "checkout-order", shown);
    }

    /// Says of an order what it is now.
    pub fn set_order(&self, order: &str, status: &str) {
        let mut state = self.state();
        state.orders.get_mut(order).expect("an order of this peer").status = status.to_owned();
    }

    /// How the next capture of an order comes out.
    pub fn next_capture(&self, order: &str, outcome: CaptureAs) {
        self.state().orders.get_mut(order).expect("an order of this peer").next = outcome;
    }

    /// How the next refund comes out.
    pub fn next_refund(&self, outcome: CaptureAs) {
        self.state().next_refund = Some(outcome);
    }

    /// The captures of an order.
    #[must_use]
    pub fn captures(&self, order: &str) -> Vec<String> {
        self.state().orders.get(order).expect("an order of this peer").captures.clone()
    }

    /// What a capture that was pending comes to, such as `COMPLETED` or `DECLINED`.
    pub fn end_capture(&self, capture: &str, status: &str) {
        let mut state = self.state();
        let found = state.captures.get_mut(capture).expect("a capture of this peer");
        found.status = status.to_owned();
        found.reason = None;
        api::after_capture(&mut state, capture);
    }

    /// What a refund that was pending comes to.
    pub fn end_refund(&self, refund: &str, status: &str) {
        let mut state = self.state();
        let found = state.refunds.get_mut(refund).expect("a refund of this peer");
        found.status = status.to_owned();
        api::after_refund(&mut state, refund);
    }

    /// The seller refunds on PayPal's own pages.
    pub fn refund_there(&self, capture: &str, amount: Money) -> String {
        api::give_back(&mut self.state(), capture, amount, "COMPLETED", None, None)
    }

    /// The buyer complains: `INQUIRY` takes no money, `CHARGEBACK` holds it.
    pub fn dispute(&self, capture: &str, amount: Money, stage: &str) -> String {
        let mut state = self.state();
        let name = state.name("PP-D-");
        let is_held = stage != "INQUIRY";
        let dispute = Dispute {
            capture: capture.to_owned(),
            amount,
            stage: stage.to_owned(),
            status: "WAITING_FOR_SELLER_RESPONSE".to_owned(),
            outcome: None,
            is_held,
        };
        state.disputes.insert(name.clone(), dispute);
        if is_held {
            let movement = state.name("4M");
            state.book(capture, &movement, "T1110", amount.negate());
        }
        let shown = state.dispute_shown(&name);
        notices::event(&mut state, "CUSTOMER.DISPUTE.CREATED", "dispute", shown);
        name
    }

    /// PayPal decides a dispute.
    pub fn resolve(&self, dispute: &str, outcome: &str) {
        api::resolve(&mut self.state(), dispute, outcome);
    }

    /// PayPal takes money back of its own accord.
    pub fn reverse(&self, capture: &str, amount: Money) -> String {
        let mut state = self.state();
        let name = state.name("3V");
        state.book(capture, &name, "T1106", amount.negate());
        let shown = json!({
            "id": name, "status": "COMPLETED", "amount": state::amount(amount),
            "links": [state::link("up", &format!("/v2/payments/captures/{capture}"))],
        });
        notices::event(&mut state, "PAYMENT.CAPTURE.REVERSED", "refund", shown);
        name
    }

    /// Tells something that it makes up.
    pub fn tell(&self, kind: &str, resource: Value) {
        notices::event(&mut self.state(), kind, "anything", resource);
    }

    /// Every notification so far, signed; asked for twice they come twice.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        let mut state = self.state();
        let events = state.events.clone();
        events.iter().map(|event| notices::signed(&mut state, event, WEBHOOK_ID)).collect()
    }

    /// Every notification several times and in an order that a seed chooses.
    #[must_use]
    pub fn shuffled_notices(&self, times: usize, seed: u64) -> Vec<Notice> {
        let mut all: Vec<Notice> = (0..times).flat_map(|_| self.notices()).collect();
        let mut chance = seed;
        for at in (1..all.len()).rev() {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let other = usize::try_from(chance >> 33).unwrap_or_default() % (at + 1);
            all.swap(at, other);
        }
        all
    }

    /// Which certificate of the vectors it hands out, such as `expired_leaf_pem`.
    pub fn certificate(&self, name: &'static str) {
        self.state().certificate = name;
    }

    /// What moved.
    #[must_use]
    pub fn books(&self) -> Books {
        self.state().books.clone()
    }

    /// The settlement report of everything that moved.
    #[must_use]
    pub fn report(&self) -> String {
        api::report(&self.state())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().expect("no call panicked inside")
    }
}

/// Answers a call, or loses the answer.
async fn answer(Shared(inner): Shared<Arc<Inner>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
    let path = head.uri.path().to_owned();
    let Some((operation, name)) = operation(&head.method, &path) else {
        inner.contracts.note(format!("{} {path} is not in any contract", head.method));
        return said((404, json!({ "name": "NOT_FOUND" })));
    };
    let text = |name: &str| head.headers.get(name).and_then(|it| it.to_str().ok());
    let call = Incoming {
        operation,
        name,
        path: &path,
        key: text("paypal-request-id"),
        kind: text("content-type"),
        authorization: text("authorization"),
        body: &body,
    };
    let fault = inner.met(&call);
    if let Some(Fault::Delay(time)) = fault {
        tokio::time::sleep(time).await;
    }
    match fault {
        Some(Fault::DropBefore) => broken_off(),
        Some(Fault::FailBefore) => {
            said(api::error(503, "SERVICE_UNAVAILABLE", "SERVICE_UNAVAILABLE"))
        }
        Some(Fault::Stranger) => {
            said((401, json!({ "error": "invalid_token", "error_description": "expired" })))
        }
        Some(Fault::TooMany(seconds)) => {
            let (status, body) = api::error(429, "RATE_LIMIT_REACHED", "RATE_LIMIT_REACHED");
            let after = [(header::RETRY_AFTER, seconds.to_string())];
            (after, said((status, body))).into_response()
        }
        Some(Fault::Says(status, text)) => {
            let status = StatusCode::from_u16(status).expect("a status");
            (status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
        }
        Some(Fault::DropAfter) => {
            let _ = inner.done(&call, 0);
            broken_off()
        }
        Some(Fault::FailAfter) => {
            let _ = inner.done(&call, 0);
            said(api::error(500, "INTERNAL_SERVER_ERROR", "INTERNAL_SERVER_ERROR"))
        }
        Some(Fault::OtherAmount(more)) => inner.done(&call, more),
        Some(Fault::Delay(_)) | None => inner.done(&call, 0),
    }
}

/// A call that came in.
struct Incoming<'a> {
    operation: Operation,
    name: String,
    path: &'a str,
    key: Option<&'a str>,
    kind: Option<&'a str>,
    authorization: Option<&'a str>,
    body: &'a Bytes,
}

impl Inner {
    /// Notes a call, and says which fault it meets.
    fn met(&self, call: &Incoming<'_>) -> Option<Fault> {
        let mut state = self.state.lock().expect("no call panicked inside");
        state.seen.push(Seen {
            operation: call.operation,
            path: call.path.to_owned(),
            request_id: call.key.map(str::to_owned),
            body: call.body.to_vec(),
        });
        if call.key.is_some_and(|key| key.is_empty() || key.len() > 108) {
            self.contracts.note("a PayPal-Request-Id has 1 to 108 characters");
        }
        state.faults.take(call.operation)
    }

    /// Does what is asked.
    fn done(&self, call: &Incoming<'_>, more: i64) -> Response {
        let mut state = self.state.lock().expect("no call panicked inside");
        if call.operation == Operation::Certificate {
            return notices::certificate(state.certificate).into_response();
        }
        if call.operation == Operation::Token {
            return said(self.token(&mut state, call));
        }
        let token = call.authorization.and_then(|it| it.strip_prefix("Bearer "));
        let now = state.now;
        if token.and_then(|it| state.tokens.get(it)).is_none_or(|until| *until <= now) {
            return said((401, json!({ "error": "invalid_token" })));
        }
        let is_json = call.kind.is_some_and(|kind| kind.starts_with("application/json"));
        if !call.body.is_empty() && !is_json && call.operation != Operation::AcceptClaim {
            self.contracts.note(format!("{} is not sent as JSON", call.path));
        }
        said(self.decided(&mut state, call, more))
    }

    fn decided(&self, state: &mut State, call: &Incoming<'_>, more: i64) -> Said {
        let asked = Asked { path: call.path, key: call.key, body: call.body };
        let (contracts, name) = (&self.contracts, call.name.as_str());
        match call.operation {
            Operation::Create => api::create(state, contracts, &asked),
            Operation::ShowOrder => api::show_order(state, name),
            Operation::Capture => api::capture(state, contracts, &asked, name, more),
            Operation::ShowCapture => api::show_capture(state, name),
            Operation::Refund => api::refund(state, contracts, &asked, name),
            Operation::ShowRefund => api::show_refund(state, name),
            Operation::ShowDispute => api::show_dispute(state, name),
            Operation::AcceptClaim => {
                contracts.claim(call.kind);
                api::accept(state, name)
            }
            Operation::ShowWebhook if name == WEBHOOK_ID => {
                let url = "https://shop.example/api/hooks/ten_1/paypal";
                (200, json!({ "id": name, "url": url, "event_types": [{ "name": "*" }] }))
            }
            Operation::ShowWebhook => api::not_there(),
            Operation::VerifySignature => api::verify(contracts, &asked),
            Operation::Token | Operation::Certificate => api::not_there(),
        }
    }

    /// Gives a token; PayPal publishes no contract of it.
    fn token(&self, state: &mut State, call: &Incoming<'_>) -> Said {
        if call.body.as_ref() != b"grant_type=client_credentials"
            || call.kind != Some("application/x-www-form-urlencoded")
        {
            self.contracts.note("a token is asked for by a form with its grant type alone");
            return (400, json!({ "error": "unsupported_grant_type" }));
        }
        let wanted = STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
        if call.authorization.and_then(|it| it.strip_prefix("Basic ")) != Some(wanted.as_str()) {
            return (
                401,
                json!({ "error": "invalid_client",
                                 "error_description": "Client Authentication failed" }),
            );
        }
        let token = state.name("A21AA-peer-token-");
        let lasts = state.token_lasts;
        let until = state.now + lasts;
        state.tokens.insert(token.clone(), until);
        (
            200,
            json!({ "access_token": token, "token_type": "Bearer", "app_id": "APP-1",
                      "expires_in": lasts.num_seconds(), "nonce": "n", "scope": "s" }),
        )
    }
}

/// What a path means, and whose name is in it.
fn operation(method: &Method, path: &str) -> Option<(Operation, String)> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let (is_get, is_post) = (method == Method::GET, method == Method::POST);
    let (operation, name) = match parts.as_slice() {
        ["v1", "oauth2", "token"] if is_post => (Operation::Token, ""),
        ["v2", "checkout", "orders"] if is_post => (Operation::Create, ""),
        ["v2", "checkout", "orders", name] if is_get => (Operation::ShowOrder, *name),
        ["v2", "checkout", "orders", name, "capture"] if is_post => (Operation::Capture, *name),
        ["v2", "payments", "captures", name] if is_get => (Operation::ShowCapture, *name),
        ["v2", "payments", "captures", name, "refund"] if is_post => (Operation::Refund, *name),
        ["v2", "payments", "refunds", name] if is_get => (Operation::ShowRefund, *name),
        ["v1", "customer", "disputes", name] if is_get => (Operation::ShowDispute, *name),
        ["v1", "customer", "disputes", name, "accept-claim"] if is_post => {
            (Operation::AcceptClaim, *name)
        }
        ["v1", "notifications", "webhooks", name] if is_get => (Operation::ShowWebhook, *name),
        ["v1", "notifications", "verify-webhook-signature"] if is_post => {
            (Operation::VerifySignature, "")
        }
        ["v1", "notifications", "certs", name] if is_get => (Operation::Certificate, *name),
        _ => return None,
    };
    Some((operation, name.to_owned()))
}

fn said((status, body): Said) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// Ends the connection without an answer: its task unwinds, and says nothing on its way.
fn broken_off() -> Response {
    std::panic::resume_unwind(Box::new("the connection breaks off"))
}
