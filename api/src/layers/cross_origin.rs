//! Which pages of other origins may call the API from a browser (CORS).
//!
//! Guarantees: none unless an origin is named, exactly; a page of another origin never acts with a
//! visitor's session, only with a key that it has itself.

use std::time::Duration;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH, LOCATION, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser may remember what it was told.
const REMEMBERED: Duration = Duration::from_secs(600);

/// The layer for these origins; none if there are none.
pub(super) fn layer(origins: &[String]) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> =
        origins.iter().filter_map(|origin| HeaderValue::try_from(origin).ok()).collect();
    let named = HeaderName::from_static;
    (!origins.is_empty()).then(|| {
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins))
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
            .allow_headers([
                AUTHORIZATION,
                CONTENT_TYPE,
                IF_MATCH,
                named("billfold-tenant"),
                named("idempotency-key"),
                named("last-event-id"),
                named("x-request-id"),
            ])
            .expose_headers([
                ETAG,
                LOCATION,
                RETRY_AFTER,
                named("idempotent-replayed"),
                named("ratelimit"),
                named("ratelimit-policy"),
                named("x-request-id"),
            ])
            .max_age(REMEMBERED)
    })
}
