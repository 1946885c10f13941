//! The OpenAPI document, and a page to read it.
//!
//! Guarantees: the page loads nothing from elsewhere; its policy allows what its script needs and
//! no more. The script is one of the vendored assets, `/assets/scalar.js`.

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::routing::get;
use bytes::Bytes;
use utoipa::openapi::OpenApi;

const PAGE: &str = r#"<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Billfold API</title>
  </head>
  <body>
    <noscript>
      This page needs JavaScript; the document itself is <a href="/openapi.json">here</a>.
    </noscript>
    <script id="api-reference" data-url="/openapi.json"></script>
    <script src="/assets/scalar.js"></script>
  </body>
</html>
"#;

/// The script writes its styles into the page and draws its icons as data.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; \
     img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; \
     form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// `/openapi.json` and `/docs`.
pub(crate) fn router(document: &Arc<OpenApi>) -> Router {
    let text = Bytes::from(document.to_pretty_json().unwrap_or_default());
    let document = move || async move { (typed("application/json", None), text) };
    let page = || async { (typed("text/html; charset=utf-8", Some(POLICY)), PAGE) };
    Router::new().route("/openapi.json", get(document)).route("/docs", get(page))
}

type Headers = [(HeaderName, &'static str); 3];

fn typed(media: &'static str, policy: Option<&'static str>) -> Headers {
    let policy = policy.unwrap_or("default-src 'none'; frame-ancestors 'none'");
    [(CONTENT_TYPE, media), (CACHE_CONTROL, "no-cache"), (CONTENT_SECURITY_POLICY, policy)]
}
