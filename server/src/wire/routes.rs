//! Everything that is served over HTTP, over one node.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::from_fn;
use billfold_api::layers::{Limits, guard_cookies};
use billfold_api::{ApiParts, ApiState};
use billfold_projections::Oversight;
use billfold_web::operations::Operations as _;
use billfold_web::{WebParts, WebState};
use tower_http::set_header::SetResponseHeaderLayer;

use super::{Node, NodeOperations};
use crate::config::Http;

/// The API, its documentation, the pages, and what load balancers ask.
pub fn routes(node: &Node, operations: Arc<NodeOperations>, http: &Http) -> Router {
    let over_tls = http.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
    let state = ApiState::new(ApiParts {
        door: node.door().clone(),
        reads: node.reads().clone(),
        runs: node.runs().clone(),
        scheduler: node.scheduler().clone(),
        oversight: Oversight::new(node.foundation().pools().feed.clone()),
        access: Arc::clone(node.access()),
        limits: limits(http),
        webhooks: node.webhooks().clone(),
        pictures: node.pictures().clone(),
        head: operations.head(),
        figures: None,
    });
    let pages = WebState::new(WebParts {
        pictures: node.pictures().clone(),
        door: node.door().clone(),
        reads: node.reads().clone(),
        runs: node.runs().clone(),
        scheduler: node.scheduler().clone(),
        webhooks: node.webhooks().clone(),
        access: Arc::clone(node.access()),
        operations,
        limits: limits(http),
    });
    let all = billfold_api::router(&state)
        .merge(billfold_api::operations(&state))
        .merge(billfold_web::router(pages));
    let all = if over_tls { all.layer(from_fn(guard_cookies)).layer(tls_only()) } else { all };
    unframed(all)
}

/// What nothing that is served says otherwise, files and redirects too: it is what its type says,
/// and no page of another site holds it.
pub(crate) fn unframed(router: Router) -> Router {
    [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
    ]
    .into_iter()
    .fold(router, |router, (name, value)| {
        let value = HeaderValue::from_static(value);
        router.layer(SetResponseHeaderLayer::if_not_present(name, value))
    })
}

/// Tells browsers to come by TLS alone from now on, for a year (RFC 6797). Names below this one are
/// left to whoever owns them.
fn tls_only() -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(
        header::STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=31536000"),
    )
}

fn limits(http: &Http) -> Limits {
    Limits {
        body_bytes: http.largest_body_kib << 10,
        requests: http.requests_at_once,
        feeds: http.feeds_at_once,
        request_time: Duration::from_secs(http.request_seconds),
        address_requests_a_minute: http.address_requests_a_minute,
        caller_requests_a_minute: http.caller_requests_a_minute,
        cors_origins: http.cors_origins.clone(),
        trusted_proxies: http.trusted_proxies,
        ..Limits::default()
    }
}
