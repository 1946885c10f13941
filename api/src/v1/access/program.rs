//! Tokens for programs of staff.

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, HeaderName};
use billfold_app::access::{ProgramTokens, Secret};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::session::{Login, kept_out};
use crate::auth::{RequestFrom, SentTo, refused};
use crate::problem::Problem;
use crate::receive::Body;
use crate::state::ApiState;

pub(super) type Answer = ([(HeaderName, &'static str); 1], Json<Tokens>);

/// Signs a program in with an address and a password of staff.
///
/// The access token acts for that person for ten minutes; the refresh token gets the next pair.
#[utoipa::path(
    post, path = "/token", tag = "access", request_body = Login, security(()),
    responses((status = 200, body = Tokens)),
)]
pub(super) async fn create_token(
    State(state): State<ApiState>,
    RequestFrom(origin): RequestFrom,
    SentTo(here): SentTo,
    Body(login): Body<Login>,
) -> Result<Answer, Problem> {
    let attempt = login.read(origin, here)?;
    let tokens = state.access().sign_in_program(&attempt).await;
    Ok(answer(&tokens.map_err(kept_out)?))
}

/// Renews the access of a program.
///
/// The refresh token is spent by it. Whoever presents a spent one ends the session, because two
/// hold it then; a program that lost the answer signs in again.
#[utoipa::path(
    post, path = "/refresh", tag = "access", request_body = Refresh, security(()),
    responses((status = 200, body = Tokens)),
)]
pub(super) async fn refresh_token(
    State(state): State<ApiState>,
    RequestFrom(origin): RequestFrom,
    Body(refresh): Body<Refresh>,
) -> Result<Answer, Problem> {
    let token = Secret::new(refresh.refresh_token);
    let tokens = state.access().refresh(&token, &origin).await;
    Ok(answer(&tokens.map_err(refused)?))
}

pub(super) fn answer(tokens: &ProgramTokens) -> Answer {
    let body = Tokens {
        access_token: tokens.access.reveal().to_owned(),
        token_type: "Bearer",
        expires_in: tokens.lasts.as_secs(),
        refresh_token: tokens.refresh.reveal().to_owned(),
        session_ends_at: tokens.session_ends_at,
    };
    ([(CACHE_CONTROL, "no-store")], Json(body))
}

/// A token to be spent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Refresh {
    /// The newest refresh token of the session.
    #[schema(example = "bfr_AZov…", max_length = 200)]
    refresh_token: String,
}

/// What a program that signed in is let in by.
#[derive(Serialize, ToSchema)]
pub(super) struct Tokens {
    /// Send it as `Authorization: Bearer <token>`. A JSON web token; treat it as opaque.
    #[schema(example = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.…")]
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds until the access token ends.
    #[schema(example = 600)]
    expires_in: u64,
    /// Spent by the next refresh.
    #[schema(example = "bfr_AZov…")]
    refresh_token: String,
    /// When refreshing ends, and the program has to sign in again.
    session_ends_at: DateTime<Utc>,
}
