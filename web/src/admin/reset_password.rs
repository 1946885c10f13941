//! A new password for somebody who forgot the old one.

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use billfold_api::auth::RequestFrom;
use billfold_app::access::{AccessError, Secret};
use serde::Deserialize;

use super::security::secret;
use super::sign_in::{OUT_OF_DATE, form, form_with, is_guarded};
use crate::error::PageError;
use crate::fields::{Fields, sentence};
use crate::form::Field;
use crate::router::go;
use crate::state::WebState;

const PATH: &str = "/admin/reset-password";
/// The same for every address.
const SENT: &str = "If the address has an account, a code is on its way to it.";

/// The page's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(blank).post(save))
}

fn asked() -> (&'static str, Vec<Field>) {
    let code = Field::input("code", "Code that you were given", "password").required();
    let new = secret("password", "New password", "new-password").hint("10 to 256 characters");
    (PATH, vec![code, new])
}

/// What the address says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Before {
    /// Whether a code was just asked for.
    sent: String,
}

async fn blank(
    State(state): State<WebState>,
    headers: HeaderMap,
    Query(before): Query<Before>,
) -> Result<Response, PageError> {
    let note = if before.sent.is_empty() { "" } else { SENT };
    form_with(&state, &headers, "/admin", asked(), ("", note)).await
}

async fn save(
    State(state): State<WebState>,
    headers: HeaderMap,
    RequestFrom(origin): RequestFrom,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    if !is_guarded(&headers, &fields) {
        return form(&state, &headers, "/admin", asked(), OUT_OF_DATE).await;
    }
    let (code, password) = (Secret::new(fields.one("code")), fields.secret("password"));
    let told = match state.access().reset_password(&code, &password, &origin).await {
        Ok(()) => return Ok(go("/admin/sign-in")),
        Err(AccessError::NotValid) => "The code is not valid any more. Ask for another.".to_owned(),
        Err(error @ AccessError::Malformed { .. }) => sentence(&error.to_string()),
        Err(error) => return Err(error.into()),
    };
    form(&state, &headers, "/admin", asked(), &told).await
}
