//! Forgotten passwords, asked for by address.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use billfold_app::access::AccessError;
use billfold_domain::kernel::TenantId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::{RequestFrom, SentTo, refused};
use crate::problem::Problem;
use crate::receive::{Body, Check};
use crate::state::ApiState;

/// What everybody is told, whoever the address belongs to.
const TOLD: &str = "if the address has an account, a code is on its way to it";

/// Asks for a code that sets a new password, by mail.
///
/// The answer is the same whether the address has an account or not. The code works once, within
/// half an hour, at `POST /api/v1/auth/password-reset`. An installation that sends no mail answers
/// 422 `access.no_mail`, whatever the address is. Staff and clients ask alike; a client is looked
/// for where clients sign in: at the seller that is named, else at the oldest.
#[utoipa::path(
    post, path = "/password-resets", tag = "access", request_body = AskedReset, security(()),
    responses((status = 202, body = ResetAsked)),
)]
pub(super) async fn ask_password_reset(
    State(state): State<ApiState>,
    RequestFrom(origin): RequestFrom,
    SentTo(here): SentTo,
    Body(body): Body<AskedReset>,
) -> Result<(StatusCode, Json<ResetAsked>), Problem> {
    let mut check = Check::default();
    let email = check.text("/email", &body.email, 254);
    let tenant = check.optional_id::<TenantId>("/tenant", body.tenant.as_deref());
    let (Some(email), Some(tenant)) = (email, tenant) else { return Err(check.problem()) };
    if here.is_some() && tenant.is_some() && here != tenant {
        return Err(refused(AccessError::OtherSeller { by_header: false }));
    }
    state.access().ask_reset(&email, tenant.or(here), &origin).await.map_err(refused)?;
    Ok((StatusCode::ACCEPTED, Json(ResetAsked { detail: TOLD })))
}

/// Who forgot the password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AskedReset {
    /// The address of the account.
    #[schema(example = "ada@example.org", max_length = 254)]
    email: String,
    /// Which seller, if the address has accounts with several; for staff, all of them if it is not
    /// named.
    #[schema(example = "ten_01kchkq7w7fc9r6a8b9c0d1e2f")]
    tenant: Option<String>,
}

/// What happens next.
#[derive(Serialize, ToSchema)]
pub(super) struct ResetAsked {
    /// The same sentence for every address.
    #[schema(example = "if the address has an account, a code is on its way to it")]
    detail: &'static str,
}
