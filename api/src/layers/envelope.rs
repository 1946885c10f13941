//! The outermost look at a request: its id, its span and figures, and the last touch to its answer.
//!
//! Guarantees: an answer with an error status leaves as a problem, whoever made it.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use uuid::Uuid;

use super::client_address::ClientAddress;
use crate::problem::Problem;

/// The header that names a request, in both directions.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const MAX_ID_LENGTH: usize = 64;

/// Names one request in answers, logs and event metadata.
#[derive(Debug, Clone)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// Its text: letters, digits, `.`, `_` and `-`, at most 64.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the caller sent, if it is harmless, or a new one.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let sent = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
        match sent.filter(|text| is_harmless(text)) {
            Some(text) => Self(text.into()),
            None => Self(Uuid::now_v7().to_string().into()),
        }
    }
}

/// Gives the request its id and span, and its answer the shape every answer has.
pub(super) async fn wrap(
    State(trusted_proxies): State<u8>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = RequestId::of(request.headers());
    let method = request.method().clone();
    let route = route_of(&request);
    let span = tracing::info_span!(
        "request", request.id = id.as_str(), http.method = %method, http.route = %route
    );
    request.extensions_mut().insert(id.clone());
    if let Some(address) = ClientAddress::of(&request, trusted_proxies) {
        request.extensions_mut().insert(address);
    }
    let begun = Instant::now();
    let mut response = finish(next.run(request).instrument(span.clone()).await, &id);
    let (elapsed, status) = (begun.elapsed(), response.status().as_u16());
    span.in_scope(|| tracing::info!(status, elapsed_us = elapsed.as_micros(), "answered"));
    let labels = [
        ("method", method.as_str().to_owned()),
        ("route", route.clone()),
        ("status", status.to_string()),
    ];
    metrics::counter!("billfold_http_requests_total", &labels).increment(1);
    metrics::histogram!("billfold_http_request_seconds", "route" => route).record(elapsed);
    safe_headers(response.headers_mut());
    response
}

fn finish(mut response: Response, id: &RequestId) -> Response {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = render(&problem, response, id);
    } else if response.status().is_client_error() || response.status().is_server_error() {
        let allow = response.headers_mut().remove(ALLOW);
        response = render(&Problem::of_status(response.status(), allow), response, id);
    }
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// The problem with its id, and with the headers that the layers in between have set.
fn render(problem: &Problem, answered: Response, id: &RequestId) -> Response {
    let mut response = problem.clone().render(Some(id.as_str()));
    let (parts, _) = answered.into_parts();
    for (name, value) in &parts.headers {
        let about_body = [CONTENT_TYPE, CONTENT_LENGTH].contains(name);
        if !about_body && !response.headers().contains_key(name) {
            response.headers_mut().insert(name.clone(), value.clone());
        }
    }
    response
}

/// An API answer is data: it is never a page, never framed, never guessed at, never kept by a
/// cache.
fn safe_headers(headers: &mut HeaderMap) {
    let rules = [
        ("content-security-policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    for (name, value) in rules {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// The route's pattern and never the path, which holds ids.
fn route_of(request: &Request) -> String {
    request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned())
}

fn is_harmless(text: &str) -> bool {
    (1..=MAX_ID_LENGTH).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_request_id_is_replaced() {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, HeaderValue::from_static("job-17.a_B"));
        assert_eq!(RequestId::of(&headers).as_str(), "job-17.a_B");
        headers.insert(REQUEST_ID, HeaderValue::from_static("<script>"));
        assert_ne!(RequestId::of(&headers).as_str(), "<script>");
    }
}
