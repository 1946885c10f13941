//! Forgotten passwords.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use billfold_app::access::Secret;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::{May, RequestFrom, StaffWrite, refused};
use crate::problem::{Kind, Problem};
use crate::receive::Body;
use crate::state::ApiState;

/// Makes a code that sets a new password for one of your colleagues.
///
/// Hand it to them: it works once, within an hour, and a newer one takes its place.
#[utoipa::path(
    post, path = "/reset-codes", tag = "access", request_body = Forgetful,
    responses((status = 201, body = ResetCode)),
)]
pub(super) async fn create_reset_code(
    State(state): State<ApiState>,
    May(caller, _): May<StaffWrite>,
    Body(body): Body<Forgetful>,
) -> Result<(StatusCode, Json<ResetCode>), Problem> {
    let made = state.access().reset_code(caller.tenant, &caller.by(), &body.email).await;
    let made = made.map_err(refused)?;
    let nobody = || {
        let detail = "this address has no account at this seller that may sign in";
        Problem::new(Kind::Rule, "access.no_account", detail)
    };
    let (code, expires_at) = made.ok_or_else(nobody)?;
    let code = code.reveal().to_owned();
    Ok((StatusCode::CREATED, Json(ResetCode { code, expires_at })))
}

/// Sets a new password by a code, and ends every session of its owner.
///
/// A client who was invited sets the first one so.
#[utoipa::path(
    post, path = "/password-reset", tag = "access", request_body = Reset, security(()),
    responses((status = 204, description = "The new password counts from now on")),
)]
pub(super) async fn reset_password(
    State(state): State<ApiState>,
    RequestFrom(origin): RequestFrom,
    Body(body): Body<Reset>,
) -> Result<StatusCode, Problem> {
    let (code, password) = (Secret::new(body.code), Secret::new(body.password));
    let done = state.access().reset_password(&code, &password, &origin).await;
    done.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who forgot the password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Forgetful {
    /// The address of the account.
    #[schema(example = "ada@example.org", max_length = 254)]
    email: String,
}

/// A code that sets a new password.
#[derive(Serialize, ToSchema)]
pub(in crate::v1) struct ResetCode {
    /// The code; it is never shown again.
    #[schema(example = "bfp_AZov…")]
    pub(super) code: String,
    /// When it ends.
    pub(super) expires_at: DateTime<Utc>,
}

/// A new password, and what allows it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reset {
    /// The code.
    #[schema(example = "bfp_AZov…", max_length = 200)]
    code: String,
    /// The new password.
    #[schema(
        example = "another horse battery staple", min_length = 10, max_length = 256,
        format = Password
    )]
    password: String,
}
