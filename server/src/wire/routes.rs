//! Everything that is served over HTTP, over one node.

use std::sync::Arc;

use axum::Router;
use billfold_api::auth::CookiePolicy;
use billfold_api::layers::Limits;
use billfold_api::{ApiParts, ApiState};
use billfold_projections::Oversight;
use billfold_web::{WebParts, WebState};

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
        limits: Limits { trusted_proxies: http.trusted_proxies, ..Limits::default() },
        cookies,
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
    billfold_api::router(&state)
        .merge(billfold_api::operations(&state))
        .merge(billfold_web::router(pages))
}
