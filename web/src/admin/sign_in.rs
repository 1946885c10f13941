//! Signing in and out.

use crate::error::PageError;
use crate::fields::{Fields, REFUSED, new_key, sentence};
use crate::router::go;
use crate::state::WebState;
use crate::visitor::{Posted, cookie, theme_of};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use billfold_api::auth::{RequestFrom, SentTo, comes_in, leaves, session_token};
use billfold_api::problem::Problem;
use billfold_app::access::{AccessError, Attempt, Secret, SignedIn};
use billfold_app::commands::RequestOrigin;
use billfold_app::ports::ProviderName;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::list::address;
use super::security::{code, secret};
use crate::brand::Branding;
use crate::form::Field;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/sign_in.html")]
pub(crate) struct SignIn {
    /// Dark or light.
    pub(crate) theme: &'static str,
    /// The tenant's footer.
    pub(crate) branding: Branding,
    /// Guards the form before there is a session.
    pub(crate) csrf: String,
    /// Where to go afterwards: a path of ours.
    pub(crate) next: String,
    /// Where the form goes.
    pub(crate) action: &'static str,
    /// Mail and password, or the code.
    pub(crate) fields: Vec<Field>,
    /// Why the last try was refused.
    pub(crate) error: String,
    /// What was done before, if that is to be said.
    pub(crate) note: &'static str,
    /// Identity providers: where their buttons lead, and what they say.
    pub(crate) providers: Vec<(String, String)>,
    /// Whether nothing else lets staff in.
    pub(crate) only_providers: bool,
}

const PATH: &str = "/admin/sign-in";
const CODE: &str = "/admin/sign-in/code";
/// Proves that the password was right, while the code is looked for.
const FIRST_STEP: &str = "billfold_first_step";
/// Ties the form to the browser it was shown to, before there is a session.
const GUARD: &str = "billfold_sign_in";

/// The addresses of signing in and out.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, get(blank).post(enter))
        .route(CODE, post(second_step))
        .route("/admin/sign-out", post(leave))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    next: String,
}

async fn blank(
    State(state): State<WebState>,
    headers: HeaderMap,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    form(&state, &headers, &own_path(&wishes.next), asked(""), "").await
}

pub(super) async fn form(
    state: &WebState,
    headers: &HeaderMap,
    next: &str,
    asked: (&'static str, Vec<Field>),
    error: &str,
) -> Result<Response, PageError> {
    form_with(state, headers, next, asked, (error, "")).await
}

/// The page with a word about what went wrong, and one about what was done before.
pub(super) async fn form_with(
    state: &WebState,
    headers: &HeaderMap,
    next: &str,
    (action, fields): (&'static str, Vec<Field>),
    (error, note): (&str, &'static str),
) -> Result<Response, PageError> {
    let guard = new_key();
    let page = SignIn {
        theme: theme_of(headers).name(),
        branding: state.branding_at(headers).await,
        csrf: guard.clone(),
        next: next.to_owned(),
        action,
        fields,
        error: error.to_owned(),
        note,
        providers: providers(state, action, next),
        only_providers: state.access().only_by_provider(),
    };
    let mut response = Html(page.render()?).into_response();
    if !error.is_empty() {
        *response.status_mut() = REFUSED;
    }
    let cookie = format!("{GUARD}={guard}; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict");
    if let Ok(value) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// The buttons of identity providers, where somebody begins to sign in.
fn providers(state: &WebState, action: &str, next: &str) -> Vec<(String, String)> {
    if action != PATH {
        return Vec::new();
    }
    let button = |provider: ProviderName| {
        let path = format!("{PATH}/with/{}", provider.key);
        (address(&path, &[("next", next)]), provider.name)
    };
    state.access().providers().into_iter().map(button).collect()
}

/// What the first step asks for.
pub(super) fn asked(email: &str) -> (&'static str, Vec<Field>) {
    let email =
        Field::input("email", "Mail address", "email").with(email).known_as("username").required();
    (PATH, vec![email, secret("password", "Password", "current-password")])
}

/// What the second step asks for.
pub(super) fn asked_code() -> (&'static str, Vec<Field>) {
    (CODE, vec![code("Code of your authenticator, or a recovery code")])
}

/// Whether the form was shown to this browser.
pub(super) fn is_guarded(headers: &HeaderMap, fields: &Fields) -> bool {
    let guard = cookie(headers, GUARD).unwrap_or_default();
    !guard.is_empty() && bool::from(guard.as_bytes().ct_eq(fields.one("csrf").as_bytes()))
}

/// What is told when the form was not shown to this browser.
pub(super) const OUT_OF_DATE: &str = "The form was out of date. Sign in again.";

async fn enter(
    State(state): State<WebState>,
    headers: HeaderMap,
    RequestFrom(origin): RequestFrom,
    here: Result<SentTo, Problem>,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let Ok(SentTo(tenant)) = here else { return Err(PageError::NotFound) };
    let next = own_path(fields.one("next"));
    let email = fields.one("email");
    if !is_guarded(&headers, &fields) {
        return form(&state, &headers, &next, asked(email), OUT_OF_DATE).await;
    }
    let password = fields.secret("password");
    let email_typed = email.to_owned();
    let attempt = Attempt { email: email_typed, password, code: None, tenant, origin };
    match state.access().sign_in(&attempt).await {
        Ok(signed_in) => come_in(&state, &headers, &signed_in, (&next, &attempt.origin)).await,
        Err(AccessError::CodeNeeded { challenge }) => {
            let mut response = form(&state, &headers, &next, asked_code(), "").await?;
            let kept = first_step(challenge.reveal(), 300);
            response.headers_mut().append(header::SET_COOKIE, kept?);
            Ok(response)
        }
        Err(error @ (AccessError::NotValid | AccessError::Slowed { .. })) => {
            form(&state, &headers, &next, asked(email), &sentence(&error.to_string())).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn second_step(
    State(state): State<WebState>,
    headers: HeaderMap,
    RequestFrom(origin): RequestFrom,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let next = own_path(fields.one("next"));
    let challenge = cookie(&headers, FIRST_STEP).unwrap_or_default();
    if challenge.is_empty() || !is_guarded(&headers, &fields) {
        return form(&state, &headers, &next, asked(""), OUT_OF_DATE).await;
    }
    let (challenge, code) = (Secret::new(challenge), Secret::new(fields.one("code")));
    match state.access().second_step(&challenge, &code, &origin).await {
        Ok(signed_in) => {
            let mut response = come_in(&state, &headers, &signed_in, (&next, &origin)).await?;
            response.headers_mut().append(header::SET_COOKIE, first_step("", 0)?);
            Ok(response)
        }
        Err(AccessError::NotValid) => form(&state, &headers, &next, asked(""), OUT_OF_DATE).await,
        Err(error @ (AccessError::WrongCode | AccessError::Slowed { .. })) => {
            form(&state, &headers, &next, asked_code(), &sentence(&error.to_string())).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The cookie of the first step.
pub(super) fn first_step(value: &str, seconds: u32) -> Result<HeaderValue, PageError> {
    let text =
        format!("{FIRST_STEP}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict");
    let mut header = HeaderValue::try_from(text).map_err(PageError::bug)?;
    header.set_sensitive(true);
    Ok(header)
}

pub(super) async fn come_in(
    state: &WebState,
    headers: &HeaderMap,
    signed_in: &SignedIn,
    (next, origin): (&str, &RequestOrigin),
) -> Result<Response, PageError> {
    let mut response = go(next);
    let cookie = comes_in(state.access(), headers, signed_in, origin).await;
    let cookie = cookie.ok_or_else(|| PageError::bug("a session token fits no header"))?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

async fn leave(
    State(state): State<WebState>,
    headers: HeaderMap,
    posted: Posted,
) -> Result<Response, PageError> {
    if let Some(token) = session_token(&headers) {
        state.access().sign_out(&token, &posted.visitor.caller.origin).await?;
    }
    Ok((leaves(false), Redirect::to(PATH)).into_response())
}

/// A path below `/admin`; anything else leads to the overview.
pub(super) fn own_path(next: &str) -> String {
    let own = next == "/admin" || next.starts_with("/admin/") || next.starts_with("/admin?");
    if own && !next.contains(['\\', '\n', '\r']) { next.to_owned() } else { "/admin".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn signing_in_leads_nowhere_but_to_our_own_pages() {
        assert_eq!(own_path("/admin/invoices?status=open"), "/admin/invoices?status=open");
        for foreign in
            ["//evil.example", "https://evil.example", "/admin\\@evil", "", "/administrator"]
        {
            assert_eq!(own_path(foreign), "/admin", "{foreign}");
        }
    }
}
