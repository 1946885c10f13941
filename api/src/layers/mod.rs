//! What surrounds every request: identity, logging, limits, safety headers, and one shape of error.
//!
//! Guarantees, from the outside in: answers are compressed where the caller wants it; every answer
//! carries `x-request-id` and the safety headers; every error is a problem with that id as
//! `instance`; a panic is a 500 and not a cut connection; more requests at a time than the limit,
//! or one that takes too long, are answered with 503 and `Retry-After`, and more a minute than a
//! caller may send with 429; a body over the limit is never read to its end. Absent on purpose:
//! bodies, names and query strings in logs.

mod client_address;
mod cookies;
mod cross_origin;
mod envelope;
mod limits;
mod rates;

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::problem::Problem;

pub use client_address::ClientAddress;
pub use cookies::guard_cookies;
pub use envelope::RequestId;
use limits::{Room, hold_room, stop_in_time};
pub use rates::{Counted, Rates};

/// How much one process takes on, and whom it believes.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of a request body.
    pub body_bytes: usize,
    /// Requests being answered at a time.
    pub requests: usize,
    /// Connections that follow events at a time.
    pub feeds: usize,
    /// How long one request may take.
    pub request_time: Duration,
    /// How long a read waits for `min_position`.
    pub catch_up_time: Duration,
    /// Requests a minute of one address; 0 for no limit.
    pub address_requests_a_minute: u32,
    /// Requests a minute of one key or session; 0 for no limit.
    pub caller_requests_a_minute: u32,
    /// Origins whose pages may call the API from a browser, such as `https://app.example`.
    pub cors_origins: Vec<String>,
    /// Proxies in front that tell the client's address truly; 0 if clients connect directly.
    pub trusted_proxies: u8,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            requests: 1024,
            feeds: 256,
            request_time: Duration::from_secs(30),
            catch_up_time: Duration::from_secs(2),
            address_requests_a_minute: 12_000,
            caller_requests_a_minute: 6_000,
            cors_origins: Vec::new(),
            trusted_proxies: 0,
        }
    }
}

/// Puts the layers around a router whose fallbacks are set.
pub fn around(router: Router, limits: &Limits) -> Router {
    outer(inner(router, limits), limits)
}

/// The same around the API itself, whose callers have quotas and may be pages of other origins.
pub fn around_api(router: Router, limits: &Limits) -> Router {
    let counted = inner(router, limits).layer(from_fn_with_state(Rates::of(limits), rates::count));
    let shared = match cross_origin::layer(&limits.cors_origins) {
        Some(layer) => counted.layer(layer),
        None => counted,
    };
    outer(shared, limits)
}

fn inner(router: Router, limits: &Limits) -> Router {
    router
        .layer(DefaultBodyLimit::max(limits.body_bytes))
        .layer(from_fn_with_state(limits.request_time, stop_in_time))
        .layer(from_fn_with_state(Room::of(limits.requests), hold_room))
        .layer(CatchPanicLayer::custom(panicked))
}

fn outer(router: Router, limits: &Limits) -> Router {
    router
        .layer(from_fn_with_state(limits.trusted_proxies, envelope::wrap))
        .layer(CompressionLayer::new())
}

/// The panic's message may hold anything, so that only the log of the panic hook has it.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::bug().into_response()
}
