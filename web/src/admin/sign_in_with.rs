//! Signing in by the word of an identity provider.
//!
//! The way there is a link and no form: our content policy lets forms lead nowhere else. Who is
//! made to follow it comes back to a visit of their own browser, which proves nobody but
//! themselves.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use billfold_api::auth::RequestFrom;
use billfold_app::access::{AccessError, Returned, Secret};
use serde::Deserialize;

use super::sign_in::{asked, asked_code, come_in, first_step, form, own_path};
use crate::error::PageError;
use crate::fields::sentence;
use crate::state::WebState;
use crate::visitor::cookie;

/// What the browser keeps while it is away.
const VISIT: &str = "billfold_visit";

/// The addresses of going there and coming back.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route("/admin/sign-in/with/{key}", get(leave))
        .route("/admin/sign-in/with/{key}/back", get(come_back))
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    next: String,
}

/// What a provider brings back.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Brought {
    state: String,
    code: String,
    error: String,
}

async fn leave(
    State(state): State<WebState>,
    Path(key): Path<String>,
    headers: HeaderMap,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    match state.access().begin_visit(&key, &own_path(&wishes.next)).await {
        Ok(visit) => {
            let mut response = Redirect::to(&visit.url).into_response();
            let kept = visit_cookie(visit.kept.reveal(), 600)?;
            response.headers_mut().append(header::SET_COOKIE, kept);
            Ok(response)
        }
        Err(error) => turned_away(&state, &headers, error).await,
    }
}

async fn come_back(
    State(state): State<WebState>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    RequestFrom(origin): RequestFrom,
    Query(brought): Query<Brought>,
) -> Result<Response, PageError> {
    let kept = cookie(&headers, VISIT).unwrap_or_default();
    let mut response = if kept.is_empty() || !brought.error.is_empty() {
        turned_away(&state, &headers, AccessError::NotValid).await?
    } else {
        let (kept, code) = (Secret::new(kept), Secret::new(brought.code));
        let back = Returned { provider, kept, state: brought.state, code, origin };
        match state.access().finish_visit(&back).await {
            Ok((signed_in, next)) => {
                come_in(&state, &headers, &signed_in, (&own_path(&next), &back.origin)).await?
            }
            Err(AccessError::CodeNeeded { challenge }) => {
                let mut response = form(&state, &headers, "/admin", asked_code(), "").await?;
                let first = first_step(challenge.reveal(), 300)?;
                response.headers_mut().append(header::SET_COOKIE, first);
                response
            }
            Err(error) => turned_away(&state, &headers, error).await?,
        }
    };
    response.headers_mut().append(header::SET_COOKIE, visit_cookie("", 0)?);
    Ok(response)
}

async fn turned_away(
    state: &WebState,
    headers: &HeaderMap,
    error: AccessError,
) -> Result<Response, PageError> {
    let told = match error {
        AccessError::NotValid => {
            "The identity provider did not let you in here. Try again, or ask a colleague \
             whether you have an account under the same mail address."
                .to_owned()
        }
        error @ AccessError::Slowed { .. } => sentence(&error.to_string()),
        error @ AccessError::Provider(_) => {
            tracing::warn!(%error, "an identity provider is of no help");
            sentence(&error.to_string())
        }
        other => return Err(other.into()),
    };
    form(state, headers, "/admin", asked(""), &told).await
}

/// It comes back from another site, so `Strict` would keep it away.
fn visit_cookie(value: &str, seconds: u32) -> Result<HeaderValue, PageError> {
    let text = format!("{VISIT}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax");
    let mut header = HeaderValue::try_from(text).map_err(PageError::bug)?;
    header.set_sensitive(true);
    Ok(header)
}
