//! Whether the mail address of one's own account reaches its owner.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use billfold_app::access::Secret;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::{SignedIn, refused};
use crate::problem::Problem;
use crate::receive::Body;
use crate::state::ApiState;

/// Tells whether your mail address is proved to reach you.
#[utoipa::path(
    get, path = "/email", tag = "access",
    security(("session" = []), ("access_token" = [])),
    responses((status = 200, body = OwnAddress)),
)]
pub(super) async fn read_own_address(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
) -> Result<Json<OwnAddress>, Problem> {
    let since = state.access().address_proved_since(&caller.identity).await;
    let email_verified_at = since.map_err(refused)?;
    Ok(Json(OwnAddress { email_verified_at, mail_is_sent: state.access().sends_mail() }))
}

/// Sends a code to your mail address that proves it.
#[utoipa::path(
    post, path = "/email/send-code", tag = "access",
    security(("session" = []), ("access_token" = [])),
    responses((status = 202, description = "A code is on its way")),
)]
pub(super) async fn send_address_code(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
) -> Result<StatusCode, Problem> {
    let sent = state.access().send_address_code(&caller.identity, &caller.origin).await;
    sent.map_err(refused)?;
    Ok(StatusCode::ACCEPTED)
}

/// Proves your mail address by the code that was sent to it.
#[utoipa::path(
    post, path = "/email/verify", tag = "access",
    security(("session" = []), ("access_token" = [])), request_body = AddressCode,
    responses((status = 204, description = "The address is proved")),
)]
pub(super) async fn prove_address(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Body(body): Body<AddressCode>,
) -> Result<StatusCode, Problem> {
    let code = Secret::new(body.code);
    let done = state.access().prove_address(&caller.identity, &code, &caller.origin).await;
    done.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The code out of a mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddressCode {
    /// The code.
    #[schema(example = "bfe_AZov…", max_length = 200)]
    code: String,
}

/// What is known of your mail address.
#[derive(Serialize, ToSchema)]
pub(super) struct OwnAddress {
    /// Since when it is proved to reach you; null if it is not.
    email_verified_at: Option<DateTime<Utc>>,
    /// Whether this installation sends mail at all.
    mail_is_sent: bool,
}
