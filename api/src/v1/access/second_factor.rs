//! One's own second step: set up, confirmed, taken away.

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

/// Tells whether your sign-ins ask for a second step.
#[utoipa::path(
    get, path = "/second-factor", tag = "access",
    security(("session" = []), ("client_session" = []), ("access_token" = [])),
    responses((status = 200, body = SecondFactorState)),
)]
pub(super) async fn read_second_factor(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
) -> Result<Json<SecondFactorState>, Problem> {
    let found = state.access().second_factor(&caller.identity).await;
    let found = found.map_err(refused)?;
    Ok(Json(SecondFactorState {
        since: found.map(|factor| factor.since),
        recovery_codes_left: found.map_or(0, |factor| factor.codes_left),
    }))
}

/// Makes a secret for your authenticator.
///
/// It counts once it is confirmed with a code; until then another one may take its place.
#[utoipa::path(
    post, path = "/second-factor", tag = "access",
    security(("session" = []), ("client_session" = []), ("access_token" = [])),
    request_body = Proof,
    responses((status = 200, body = ProposedSecondFactor)),
)]
pub(super) async fn enrol_second_factor(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Body(proof): Body<Proof>,
) -> Result<Json<ProposedSecondFactor>, Problem> {
    let password = Secret::new(proof.password);
    let made = state.access().enrol_second_factor(&caller.identity, &password, &caller.origin);
    let made = made.await.map_err(refused)?;
    Ok(Json(ProposedSecondFactor {
        secret: made.secret.reveal().to_owned(),
        uri: made.uri.reveal().to_owned(),
    }))
}

/// Makes the secret count.
///
/// The answer is the only one that ever shows the recovery codes.
#[utoipa::path(
    post, path = "/second-factor/confirm", tag = "access",
    security(("session" = []), ("client_session" = []), ("access_token" = [])),
    request_body = Code,
    responses((status = 200, body = RecoveryCodes)),
)]
pub(super) async fn confirm_second_factor(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Body(body): Body<Code>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let code = Secret::new(body.code);
    let codes = state.access().confirm_second_factor(&caller.identity, &code, &caller.origin);
    let codes = codes.await.map_err(refused)?;
    let recovery_codes = codes.iter().map(|code| code.reveal().to_owned()).collect();
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Takes your second step away.
#[utoipa::path(
    post, path = "/second-factor/remove", tag = "access",
    security(("session" = []), ("client_session" = []), ("access_token" = [])),
    request_body = Code,
    responses((status = 204, description = "Sign-ins ask for the password alone")),
)]
pub(super) async fn remove_second_factor(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Body(body): Body<Code>,
) -> Result<StatusCode, Problem> {
    let code = Secret::new(body.code);
    let done = state.access().remove_second_factor(&caller.identity, &code, &caller.origin).await;
    done.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts ten new recovery codes in the place of all older ones.
///
/// The answer is the only one that ever shows them.
#[utoipa::path(
    post, path = "/second-factor/recovery-codes", tag = "access",
    security(("session" = []), ("access_token" = [])), request_body = Code,
    responses((status = 200, body = RecoveryCodes)),
)]
pub(super) async fn renew_recovery_codes(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Body(body): Body<Code>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let code = Secret::new(body.code);
    let codes = state.access().renew_recovery_codes(&caller.identity, &code, &caller.origin);
    let codes = codes.await.map_err(refused)?;
    let recovery_codes = codes.iter().map(|code| code.reveal().to_owned()).collect();
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// That it is you who asks.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OwnPassword)]
pub(super) struct Proof {
    /// Your password.
    #[schema(example = "correct horse battery staple", max_length = 256, format = Password)]
    pub(super) password: String,
}

/// A code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Code {
    /// The six digits that your authenticator shows, or a recovery code.
    #[schema(example = "492039", max_length = 20)]
    code: String,
}

/// What your sign-ins ask for.
#[derive(Serialize, ToSchema)]
#[schema(as = SecondFactor)]
pub(super) struct SecondFactorState {
    /// Since when a second step is asked for; null if it is not.
    since: Option<DateTime<Utc>>,
    /// Recovery codes that were not used.
    recovery_codes_left: u32,
}

/// A secret that waits for its first code.
#[derive(Serialize, ToSchema)]
pub(super) struct ProposedSecondFactor {
    /// The secret in base 32: SHA-1, six digits, 30 seconds.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    secret: String,
    /// The same as authenticators read it from a QR code.
    #[schema(example = "otpauth://totp/Seller:ada%40example.org?secret=GEZD…&issuer=Seller")]
    uri: String,
}

/// Codes for the day on which the authenticator is lost.
#[derive(Serialize, ToSchema)]
pub(super) struct RecoveryCodes {
    /// Ten codes; each takes the place of one code of the authenticator.
    #[schema(example = json!(["7k3q9-m2x4t"]))]
    recovery_codes: Vec<String>,
}
