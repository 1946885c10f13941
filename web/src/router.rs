//! Every address of the pages, and the layers around them.
//!
//! Guarantees, from the outside in: answers are compressed; every page carries the strict content
//! policy and is never kept by a cache; more of them a minute than the API answers are refused
//! before anybody is looked up; a change asked for by another site is refused; an error is
//! a page in the visitor's theme; a panic is such a page and not a cut connection. Absent on
//! purpose: the API's addresses.

use std::any::Any;

use askama::Template as _;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use billfold_api::layers::ClientAddress;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::admin;
use crate::admin::fault::{Fault, FaultNote};
use crate::error::{Note, PageError};
use crate::state::WebState;
use crate::visitor::theme_of;
use crate::{assets, brand, portal, stream, theme};

/// No inline style or script, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// Bytes of a form.
const LONGEST_FORM: usize = 512 * 1024;

/// The pages and the files they load.
pub fn router(state: WebState) -> Router {
    let brand_state = state.clone();
    let pages = admin::routes()
        .merge(portal::routes())
        .route("/admin/stream", get(stream::events))
        .route("/admin/theme", post(theme::switch))
        .fallback(async || PageError::NotFound)
        .method_not_allowed_fallback(async || PageError::NotFound)
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
        .with_state(state.clone())
        .layer(from_fn(own_site_only))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(state, frame));
    Router::new()
        .route("/", get(async || Redirect::to("/admin")))
        .route("/assets/scalar.js", get(assets::reader))
        .route("/assets/redoc.js", get(assets::redoc))
        .route("/assets/{digest}/{*name}", get(assets::serve))
        .merge(brand::routes().with_state(brand_state))
        .merge(pages)
        .layer(CompressionLayer::new())
}

/// The outermost look at a page: the request's id, the headers, errors as pages.
async fn frame(State(state): State<WebState>, mut request: Request, next: Next) -> Response {
    let theme = theme_of(request.headers());
    let asked = request.headers().get(header::HOST).cloned();
    let partial = request.headers().contains_key("hx-request");
    let id = billfold_api::layers::RequestId::of(request.headers());
    request.extensions_mut().insert(id.clone());
    if let Some(address) = ClientAddress::of(&request, state.limits().trusted_proxies) {
        request.extensions_mut().insert(address);
    }
    let counted = state.rates().count(&request);
    let mut response = match counted.over() {
        None => next.run(request).await,
        Some((_, wait)) => PageError::TooMany(wait).into_response(),
    };
    if let Some(note) = response.extensions_mut().remove::<Note>() {
        let status = response.status();
        let html = if partial {
            FaultNote { title: note.title, text: note.text }.render()
        } else {
            let fault = Fault {
                theme: theme.name(),
                branding: state
                    .branding_at(&HeaderMap::from_iter(asked.map(|host| (header::HOST, host))))
                    .await,
                status: status.as_u16(),
                title: note.title.to_owned(),
                text: note.text,
                request: id.as_str().to_owned(),
            };
            fault.render()
        };
        let html = html.unwrap_or_else(|_| note.title.to_owned());
        let wait = response.headers_mut().remove(header::RETRY_AFTER);
        response = (status, Html(html)).into_response();
        response.headers_mut().extend(wait.map(|wait| (header::RETRY_AFTER, wait)));
    }
    counted.tell(response.headers_mut());
    headers(response.headers_mut(), id.as_str());
    response
}

fn headers(headers: &mut HeaderMap, request_id: &str) {
    let rules = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ];
    for (name, value) in rules {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert("x-request-id", value);
    }
}

/// Refuses changes that a browser says another site asked for; the session's token guards what this
/// cannot see.
async fn own_site_only(request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let site = request.headers().get("sec-fetch-site").and_then(|value| value.to_str().ok());
    if changes && site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return PageError::Forged.into_response();
    }
    next.run(request).await
}

fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a page panicked");
    PageError::Bug.into_response()
}

/// A page with the status of a success.
pub(crate) fn page(template: &impl askama::Template) -> Result<Response, PageError> {
    Ok(Html(template.render()?).into_response())
}

/// A form that was refused, with its reasons in it.
pub(crate) fn refused(template: &impl askama::Template) -> Result<Response, PageError> {
    Ok((crate::fields::REFUSED, Html(template.render()?)).into_response())
}

/// Sends the browser on after a change; a reload repeats nothing.
pub(crate) fn go(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to.to_owned())]).into_response()
}
