//! Passkeys: one's own, and signing in by one.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use billfold_app::access::{OwnPasskey, PasskeyQuestion, Secret};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::second_factor::Proof;
use super::session::Me;
use crate::auth::{RequestFrom, SignedIn, comes_in, refused};
use crate::problem::Problem;
use crate::receive::Body;
use crate::state::ApiState;

/// Lists your own passkeys, oldest first.
#[utoipa::path(
    get, path = "/passkeys", tag = "access",
    security(("session" = []), ("access_token" = [])),
    responses((status = 200, body = PasskeyList)),
)]
pub(super) async fn list_passkeys(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
) -> Result<Json<PasskeyList>, Problem> {
    let own = state.access().own_passkeys(&caller.identity).await.map_err(refused)?;
    Ok(Json(PasskeyList { items: own.into_iter().map(Passkey::from).collect() }))
}

/// Asks for a new passkey: what a browser hands to `navigator.credentials.create`.
#[utoipa::path(
    post, path = "/passkeys/options", tag = "access",
    security(("session" = []), ("access_token" = [])), request_body = Proof,
    responses((status = 200, body = PasskeyOptions)),
)]
pub(super) async fn ask_new_passkey(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Body(proof): Body<Proof>,
) -> Result<Json<PasskeyOptions>, Problem> {
    let password = Secret::new(proof.password);
    let asked = state.access().ask_new_passkey(&caller.identity, &password, &caller.origin);
    Ok(Json(asked.await.map_err(refused)?.into()))
}

/// Adds the passkey that a device made.
#[utoipa::path(
    post, path = "/passkeys", tag = "access",
    security(("session" = []), ("access_token" = [])), request_body = NewPasskey,
    responses((status = 201, body = Passkey)),
)]
pub(super) async fn add_passkey(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Body(new): Body<NewPasskey>,
) -> Result<(StatusCode, Json<Passkey>), Problem> {
    let (who, ceremony) = (&caller.identity, Secret::new(new.ceremony));
    let access = state.access();
    let added = access.add_passkey(who, &ceremony, &new.name, new.credential, &caller.origin);
    Ok((StatusCode::CREATED, Json(added.await.map_err(refused)?.into())))
}

/// Takes one of your own passkeys away.
#[utoipa::path(
    post, path = "/passkeys/{passkey_id}/remove", tag = "access",
    security(("session" = []), ("access_token" = [])), request_body = Proof,
    params((
        "passkey_id" = String, Path, example = "019a2f3c-5d7e-7cc0-8a55-0f4c1d2e3b4a"
    )),
    responses((status = 204, description = "It opens nothing any more")),
)]
pub(super) async fn remove_passkey(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    Body(proof): Body<Proof>,
) -> Result<StatusCode, Problem> {
    let id: Uuid = id.parse().map_err(|_| Problem::not_found())?;
    let (who, password) = (&caller.identity, Secret::new(proof.password));
    let gone = state.access().remove_passkey(who, (id, &password), &caller.origin).await;
    if gone.map_err(refused)? { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}

/// Asks a device who is there: what a browser hands to `navigator.credentials.get`.
#[utoipa::path(
    post, path = "/passkey-login/options", tag = "access", security(()),
    responses((status = 200, body = PasskeyOptions)),
)]
pub(super) async fn ask_passkey(
    State(state): State<ApiState>,
) -> Result<Json<PasskeyOptions>, Problem> {
    Ok(Json(state.access().ask_passkey().await.map_err(refused)?.into()))
}

/// Signs in by a passkey, which is both steps at once.
///
/// The session is a cookie, as after `POST /api/v1/auth/login`.
#[utoipa::path(
    post, path = "/passkey-login", tag = "access", request_body = ShownPasskey, security(()),
    responses((status = 200, body = Me)),
)]
pub(super) async fn sign_in_by_passkey(
    State(state): State<ApiState>,
    headers: HeaderMap,
    RequestFrom(origin): RequestFrom,
    Body(shown): Body<ShownPasskey>,
) -> Result<Response, Problem> {
    let ceremony = Secret::new(shown.ceremony);
    let signed_in = state.access().sign_in_by_passkey(&ceremony, shown.credential, &origin).await;
    let signed_in = signed_in.map_err(refused)?;
    let mut response = Json(Me::of(&signed_in.identity)).into_response();
    let cookie = comes_in(state.access(), &headers, &signed_in, &origin).await;
    response.headers_mut().insert(SET_COOKIE, cookie.ok_or_else(Problem::bug)?);
    Ok(response)
}

/// A question to a device.
#[derive(Serialize, ToSchema)]
pub(super) struct PasskeyOptions {
    /// Give it back with the answer, once, within five minutes.
    #[schema(example = "AZov…")]
    ceremony: String,
    /// The member `publicKey` of what the browser is asked, bytes in base 64 for addresses.
    #[schema(value_type = Object)]
    options: Value,
}

/// What a device made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPasskey {
    /// What came with the question.
    #[schema(example = "AZov…", max_length = 1000)]
    ceremony: String,
    /// What you call the device, 1 to 60 characters.
    #[schema(example = "Laptop", min_length = 1, max_length = 60)]
    name: String,
    /// The answer as `PublicKeyCredential.toJSON()` writes it.
    #[schema(value_type = Object)]
    credential: Value,
}

/// What a device signed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShownPasskey {
    /// What came with the question.
    #[schema(example = "AZov…", max_length = 1000)]
    ceremony: String,
    /// The answer as `PublicKeyCredential.toJSON()` writes it.
    #[schema(value_type = Object)]
    credential: Value,
}

/// Your passkeys.
#[derive(Serialize, ToSchema)]
pub(super) struct PasskeyList {
    /// The passkeys, oldest first.
    items: Vec<Passkey>,
}

/// A passkey.
#[derive(Serialize, ToSchema)]
pub(super) struct Passkey {
    /// Its id.
    id: Uuid,
    /// What you call it.
    #[schema(example = "Laptop")]
    name: String,
    /// When it was added.
    created_at: DateTime<Utc>,
    /// When it opened the account last; null if never.
    last_used_at: Option<DateTime<Utc>>,
}

impl From<PasskeyQuestion> for PasskeyOptions {
    fn from(asked: PasskeyQuestion) -> Self {
        Self { ceremony: asked.ceremony.reveal().to_owned(), options: asked.options }
    }
}

impl From<OwnPasskey> for Passkey {
    fn from(own: OwnPasskey) -> Self {
        let OwnPasskey { id, name, created_at, last_used_at } = own;
        Self { id, name, created_at, last_used_at }
    }
}
