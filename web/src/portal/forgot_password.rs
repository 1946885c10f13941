//! A code for a client who forgot the password, by mail (AUT-05).
//!
//! What the page says afterwards is the same for every address.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use axum::{Form, Router};
use billfold_api::auth::RequestFrom;
use billfold_app::access::AccessError;

use super::sign_in::{
    Asked, FORGOTTEN, OUT_OF_DATE, WELCOME, Wishes, form, form_with, is_guarded, seller,
};
use crate::admin::list::address;
use crate::error::PageError;
use crate::fields::{Fields, sentence};
use crate::form::Field;
use crate::router::go;
use crate::state::WebState;

/// Said to everybody where nothing can be sent.
const NO_MAIL: &str = "No mail is sent here. Ask the seller for a code.";

/// The page's address.
pub(super) fn routes() -> Router<WebState> {
    Router::new().route(FORGOTTEN, get(blank).post(ask))
}

fn asked(email: &str) -> Asked {
    let email = Field::input("email", "Mail address", "email").with(email);
    (FORGOTTEN, vec![email.known_as("username").required()])
}

async fn blank(
    State(state): State<WebState>,
    headers: HeaderMap,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    let note = if state.access().sends_mail() { "" } else { NO_MAIL };
    form_with(&state, &headers, &wishes.tenant, asked(""), ("", note)).await
}

async fn ask(
    State(state): State<WebState>,
    headers: HeaderMap,
    RequestFrom(origin): RequestFrom,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let (email, named) = (fields.one("email"), fields.one("tenant"));
    let again = async |error: &str| form(&state, &headers, named, asked(email), error).await;
    if !is_guarded(&headers, &fields) {
        return again(OUT_OF_DATE).await;
    }
    if email.trim().is_empty() || email.chars().count() > 254 {
        return again("Type the mail address of your account.").await;
    }
    let tenant = seller(&state, &headers, named).await;
    match state.access().ask_reset(email, tenant, &origin).await {
        Ok(()) => Ok(go(&address(WELCOME, &[("tenant", named), ("sent", "yes")]))),
        Err(AccessError::NoMail) => again(NO_MAIL).await,
        Err(error @ AccessError::AskedTooOften { .. }) => {
            again(&sentence(&error.to_string())).await
        }
        Err(error) => Err(error.into()),
    }
}
