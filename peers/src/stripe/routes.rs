//! Which request is which operation.

use serde_json::{Value, json};

use super::World;
use super::answer::Answer;

/// An operation and the object it is about.
#[derive(Clone, Debug)]
pub(super) struct Route {
    /// The path as the contract writes it.
    pub(super) template: &'static str,
    operation: Operation,
    id: String,
}

type Operation = fn(&mut World, &str, &Value) -> Answer;

/// Method, path as the contract writes it, what is done.
const ROUTES: &[(&str, &str, Operation)] = &[
    ("POST", "/v1/customers", |world, _, form| world.make_customer(form)),
    ("POST", "/v1/payment_intents", |world, _, form| world.make_intent(form)),
    ("GET", "/v1/payment_intents", |world, _, query| world.list("payment_intent", query)),
    ("GET", "/v1/payment_intents/{intent}", |world, id, _| world.read("payment_intent", id)),
    ("POST", "/v1/payment_intents/{intent}/confirm", World::confirm_intent),
    ("POST", "/v1/payment_intents/{intent}/cancel", World::cancel_intent),
    ("POST", "/v1/setup_intents", |world, _, form| world.make_setup(form)),
    ("GET", "/v1/setup_intents/{intent}", |world, id, _| world.read("setup_intent", id)),
    ("POST", "/v1/checkout/sessions", |world, _, form| world.make_session(form)),
    ("GET", "/v1/checkout/sessions", |world, _, query| world.list("checkout.session", query)),
    ("GET", "/v1/checkout/sessions/{session}", |world, id, _| world.read("checkout.session", id)),
    ("POST", "/v1/checkout/sessions/{session}/expire", |world, id, _| world.expire_session(id)),
    ("GET", "/v1/payment_methods/{payment_method}", |world, id, _| {
        world.read("payment_method", id)
    }),
    ("POST", "/v1/payment_methods/{payment_method}/detach", |world, id, _| world.detach(id)),
    ("POST", "/v1/refunds", |world, _, form| world.make_refund(form)),
    ("GET", "/v1/refunds", |world, _, query| world.list("refund", query)),
    ("GET", "/v1/refunds/{refund}", |world, id, _| world.read("refund", id)),
    ("GET", "/v1/disputes/{dispute}", |world, id, _| world.read("dispute", id)),
    ("POST", "/v1/disputes/{dispute}", World::answer_dispute),
    ("POST", "/v1/disputes/{dispute}/close", |world, id, _| world.close_dispute(id)),
    ("GET", "/v1/account", |_, _, _| {
        Answer::yes(json!({"id": "acct_peer", "object": "account", "type": "standard"}))
    }),
];

/// The operation of a request.
pub(super) fn route(method: &str, path: &str) -> Option<Route> {
    ROUTES.iter().find_map(|(takes, template, operation)| {
        let id = (*takes == method).then(|| matched(template, path)).flatten()?;
        Some(Route { template, operation: *operation, id })
    })
}

/// The name in a path, empty where the template has none.
fn matched(template: &str, path: &str) -> Option<String> {
    let (mut parts, mut id) = (path.split('/'), String::new());
    for wants in template.split('/') {
        let part = parts.next()?;
        match wants.starts_with('{') {
            true => id = part.to_owned(),
            false if wants != part => return None,
            false => {}
        }
    }
    parts.next().is_none().then_some(id)
}

impl World {
    /// Does what a request asks for.
    pub(super) fn perform(&mut self, route: &Route, form: &Value) -> Answer {
        (route.operation)(self, &route.id, form)
    }
}
