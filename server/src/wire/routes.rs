//! Everything that is served over HTTP, over one node.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, header};
use billfold_api::auth::CookiePolicy;
use billfold_api::layers::Limits;
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
    let cookies = CookiePolicy { secure: over_tls };
    let state = ApiState::new(ApiParts {
        door: node.door().clone(),
        reads: node.reads().clone(),
        runs: node.runs().clone(),
        oversight: Oversight::new(node.foundation().pools().feed.clone()),
        access: Arc::clone(node.access()),
        limits: limits(http),
        cookies,
        webhooks: node.webhooks().clone(),
        head: operations.head(),
        figures: None,
    });
    let pages = WebState::new(WebParts {
        door: node.door().clone(),
        reads: node.reads().clone(),
        runs: node.runs().clone(),
        access: Arc::clone(node.access()),
        cookies,
        operations,
    });
    let all = billfold_api::router(&state)
        .merge(billfold_api::operations(&state))
        .merge(billfold_web::router(pages));
    if over_tls { all.layer(tls_only()) } else { all }
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
