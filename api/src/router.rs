//! Puts routes, document and layers together.
//!
//! Guarantees: routes and OpenAPI document come from one list; a path with a slash at its end is
//! the path without it; whatever lies below `/api` is answered as JSON, found or not.

use std::sync::Arc;

use axum::Router;
use axum::http::Request;
use axum::http::uri::{PathAndQuery, Uri};
use tower::ServiceExt;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::openapi::{self, Frame};
use crate::state::ApiState;
use crate::{docs, layers, operations as operating, v1};

/// Everything below `/api`, the OpenAPI document and its page.
pub fn router(state: &ApiState) -> Router {
    let (routes, document) = described();
    let api = layers::around_api(routes.with_state(state.clone()), state.limits());
    let api = api.map_request(without_last_slash);
    let docs = layers::around(docs::router(&document), state.limits());
    Router::new().nest_service("/api", api).merge(docs)
}

/// `/livez`, `/readyz`, `/health` and `/metrics`, for the same address or another.
pub fn operations(state: &ApiState) -> Router {
    layers::around(operating::router().with_state(state.clone()), state.limits())
}

/// The OpenAPI document as served.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    described().1.as_ref().clone()
}

/// The routes below `/api`, and the document that describes them with their whole path.
pub(crate) fn described() -> (Router<ApiState>, Arc<utoipa::openapi::OpenApi>) {
    let (routes, described) = OpenApiRouter::new().nest("/v1", v1::router()).split_for_parts();
    let whole = Frame::openapi().nest("/api", described);
    let routes = routes.merge(v1::aliases::router());
    (routes, Arc::new(openapi::complete(whole)))
}

/// `/api/v1/invoices/` is `/api/v1/invoices`.
fn without_last_slash<B>(mut request: Request<B>) -> Request<B> {
    let path = request.uri().path();
    let trimmed = path.trim_end_matches('/');
    if trimmed.len() == path.len() || trimmed.is_empty() {
        return request;
    }
    let text = match request.uri().query() {
        Some(query) => format!("{trimmed}?{query}"),
        None => trimmed.to_owned(),
    };
    let mut parts = request.uri().clone().into_parts();
    if let Ok(path) = PathAndQuery::try_from(text) {
        parts.path_and_query = Some(path);
    }
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    request
}
