//! The OpenAPI document, and two pages to read it: Scalar at `/docs`, ReDoc at `/redoc`.
//!
//! Guarantees: a page loads nothing from elsewhere; its policy allows what its script needs and no
//! more. The scripts are vendored assets, `/assets/scalar.js` and `/assets/redoc.js`.

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::routing::get;
use bytes::Bytes;
use utoipa::openapi::OpenApi;

const SCALAR: &str = r#"<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Billfold API</title>
    <link rel="icon" href="data:,">
  </head>
  <body>
    <noscript>
      This page needs JavaScript; the document itself is <a href="/openapi.json">here</a>.
    </noscript>
    <script id="api-reference" data-url="/openapi.json"
      data-configuration='{"withDefaultFonts":false,"telemetry":false}'></script>
    <script src="/assets/scalar.js"></script>
  </body>
</html>
"#;

const REDOC: &str = r#"<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Billfold API</title>
    <link rel="icon" href="data:,">
  </head>
  <body>
    <noscript>
      This page needs JavaScript; the document itself is <a href="/openapi.json">here</a>.
    </noscript>
    <redoc spec-url="/openapi.json"></redoc>
    <script type="module" src="/assets/redoc.js"></script>
  </body>
</html>
"#;

/// The scripts write their styles into the page and draw their icons as data.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; \
     img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; \
     form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// `/openapi.json`, `/docs` and `/redoc`.
pub(crate) fn router(document: &Arc<OpenApi>) -> Router {
    let text = Bytes::from(document.to_pretty_json().unwrap_or_default());
    let document = move || async move { (typed("application/json", None), text) };
    let page =
        |html| get(move || async move { (typed("text/html; charset=utf-8", Some(POLICY)), html) });
    Router::new()
        .route("/openapi.json", get(document))
        .route("/docs", page(SCALAR))
        .route("/redoc", page(REDOC))
}

type Headers = [(HeaderName, &'static str); 3];

fn typed(media: &'static str, policy: Option<&'static str>) -> Headers {
    let policy = policy.unwrap_or("default-src 'none'; frame-ancestors 'none'");
    [(CONTENT_TYPE, media), (CACHE_CONTROL, "no-cache"), (CONTENT_SECURITY_POLICY, policy)]
}
