//! Clients who sign in, apart from staff (API-010 to API-012).
//!
//! What is the same for both lies beside it: `/me`, `/logout`, `/refresh`, sessions, the password
//! and the second step.

use axum::Json;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use billfold_app::access::Secret;
use billfold_app::commands::clients::RegisterClient;
use billfold_domain::kernel::{ClientId, Country, TenantId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::program::{self, Tokens};
use super::reset::ResetCode;
use super::session::{Login, Me, kept_out};
use crate::auth::{ClientsWrite, RequestFrom, SentTo, Within, comes_in, refused};
use crate::problem::Problem;
use crate::receive::{Body, Check};
use crate::state::ApiState;
use crate::wire::WireContact;

/// Signs a client in with an address and a password.
///
/// The session is a cookie of its own, which scripts cannot read; changes also need the answered
/// `csrf_token` as `x-csrf-token`. Without `tenant` it is at the oldest seller of the installation.
#[utoipa::path(
    post, path = "/client/login", tag = "access", request_body = Login, security(()),
    responses((status = 200, body = Me)),
)]
pub(in crate::v1) async fn login_client(
    State(state): State<ApiState>,
    headers: HeaderMap,
    RequestFrom(origin): RequestFrom,
    SentTo(here): SentTo,
    Body(login): Body<Login>,
) -> Result<Response, Problem> {
    let attempt = login.read(origin, here)?;
    let signed_in = state.access().sign_in_client(&attempt).await.map_err(kept_out)?;
    let mut response = Json(Me::of(&signed_in.identity)).into_response();
    let cookie = comes_in(state.access(), &headers, &signed_in, &attempt.origin).await;
    response.headers_mut().insert(SET_COOKIE, cookie.ok_or_else(Problem::bug)?);
    Ok(response)
}

/// Signs a program in with an address and a password of a client.
///
/// The access token acts for that client for ten minutes; the refresh token gets the next pair.
#[utoipa::path(
    post, path = "/client/token", tag = "access", request_body = Login, security(()),
    responses((status = 200, body = Tokens)),
)]
pub(super) async fn create_client_token(
    State(state): State<ApiState>,
    RequestFrom(origin): RequestFrom,
    SentTo(here): SentTo,
    Body(login): Body<Login>,
) -> Result<program::Answer, Problem> {
    let attempt = login.read(origin, here)?;
    let tokens = state.access().sign_in_client_program(&attempt).await;
    Ok(program::answer(&tokens.map_err(kept_out)?))
}

/// Registers yourself as a client, where the seller allows it.
///
/// The contact is sealed before it is stored; its mail address is the one to sign in with.
#[utoipa::path(
    post, path = "/register", tag = "access", request_body = Registration, security(()),
    responses((status = 201, body = RegisteredClient)),
)]
pub(in crate::v1) async fn register_account(
    State(state): State<ApiState>,
    RequestFrom(origin): RequestFrom,
    Body(asked): Body<Registration>,
) -> Result<(StatusCode, Json<RegisteredClient>), Problem> {
    let mut check = Check::default();
    let contact = asked.contact.read(&mut check, "/contact");
    let country = check.optional("/country", asked.country.as_deref(), Country::parse);
    let tenant = check.optional_id::<TenantId>("/tenant", asked.tenant.as_deref());
    let (Some(contact), Some(country), Some(tenant)) = (contact, country, tenant) else {
        return Err(check.problem());
    };
    let register =
        RegisterClient { client_id: None, contact, country, currency: None, origin: None };
    let password = Secret::new(asked.password);
    let done = state.access().register_client(tenant, register, &password, &origin).await;
    let id = done.map_err(refused)?.answer.client_id.to_string();
    Ok((StatusCode::CREATED, Json(RegisteredClient { id })))
}

/// Makes a code with which a client sets a password to sign in with.
///
/// Hand it to them: it works once, within a week, at `/auth/password-reset`, and a newer one takes
/// its place. An installation that sends mail mails it to them too.
#[utoipa::path(
    post, path = "/{id}/invitation", tag = "access",
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 201, body = ResetCode)),
)]
pub(in crate::v1) async fn invite_client(
    State(state): State<ApiState>,
    Within(caller, client_id, _): Within<ClientsWrite, ClientId>,
) -> Result<(StatusCode, Json<ResetCode>), Problem> {
    let made = state.access().invite_client(caller.tenant, &caller.by(), client_id).await;
    let (code, expires_at) = made.map_err(refused)?;
    let code = code.reveal().to_owned();
    Ok((StatusCode::CREATED, Json(ResetCode { code, expires_at })))
}

/// Somebody who wants to become a client.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::v1) struct Registration {
    /// Who it is and where to reach them, with a mail address.
    contact: WireContact,
    /// Decides taxes; the address's country if absent. ISO 3166, two capitals.
    #[schema(example = "GB", pattern = "^[A-Z]{2}$")]
    country: Option<String>,
    /// The password to sign in with.
    #[schema(
        example = "another horse battery staple", min_length = 10, max_length = 256,
        format = Password
    )]
    password: String,
    /// Which seller; the oldest of the installation if absent.
    #[schema(example = "ten_01kchkq7w7fc9r6a8b9c0d1e2f")]
    tenant: Option<String>,
}

/// The client is registered, and may sign in.
#[derive(Serialize, ToSchema)]
pub(in crate::v1) struct RegisteredClient {
    /// Its id.
    #[schema(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
}
