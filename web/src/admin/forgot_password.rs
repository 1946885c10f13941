//! A code for somebody who forgot the password, by mail.
//!
//! What the page says afterwards is the same for every address.

use axum::Router;
use axum::extract::{Form, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use billfold_api::auth::RequestFrom;
use billfold_app::access::AccessError;

use super::sign_in::{OUT_OF_DATE, form, form_with, is_guarded};
use crate::error::PageError;
use crate::fields::{Fields, sentence};
use crate::form::Field;
use crate::router::go;
use crate::state::WebState;

const PATH: &str = "/admin/forgot-password";
/// Said to everybody where nothing can be sent.
const NO_MAIL: &str = "This installation sends no mail. Ask a colleague who may for a code.";

/// The page's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(blank).post(ask))
}

fn asked(email: &str) -> (&'static str, Vec<Field>) {
    let email = Field::input("email", "Mail address", "email").with(email);
    (PATH, vec![email.known_as("username").required()])
}

async fn blank(State(state): State<WebState>, headers: HeaderMap) -> Result<Response, PageError> {
    let note = if state.access().sends_mail() { "" } else { NO_MAIL };
    form_with(&state, &headers, "/admin", asked(""), ("", note)).await
}

async fn ask(
    State(state): State<WebState>,
    headers: HeaderMap,
    RequestFrom(origin): RequestFrom,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let email = fields.one("email");
    if !is_guarded(&headers, &fields) {
        return form(&state, &headers, "/admin", asked(email), OUT_OF_DATE).await;
    }
    if email.trim().is_empty() || email.chars().count() > 254 {
        let told = "Type the mail address of your account.";
        return form(&state, &headers, "/admin", asked(""), told).await;
    }
    match state.access().ask_reset(email, None, &origin).await {
        Ok(()) => Ok(go("/admin/reset-password?sent=yes")),
        Err(error @ (AccessError::NoMail | AccessError::AskedTooOften { .. })) => {
            form(&state, &headers, "/admin", asked(email), &sentence(&error.to_string())).await
        }
        Err(error) => Err(error.into()),
    }
}
