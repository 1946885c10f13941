//! Browser sessions.

use axum::Json;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use billfold_app::access::{AccessError, Attempt, Identity, Secret, Via};
use billfold_app::commands::RequestOrigin;
use billfold_domain::kernel::TenantId;
use billfold_domain::role::Permissions;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::{Caller, RequestFrom, SentTo, SignedIn, comes_in, leaves, refused};
use crate::problem::{Kind, Problem};
use crate::receive::{Body, Check};
use crate::state::ApiState;
use crate::v1::roles::WireReach;

/// Signs in with an address and a password of staff.
///
/// The session is a cookie that scripts cannot read; changes also need the answered `csrf_token` as
/// `x-csrf-token`.
#[utoipa::path(
    post, path = "/login", tag = "access", request_body = Login, security(()),
    responses((status = 200, body = Me)),
)]
pub(super) async fn login(
    State(state): State<ApiState>,
    headers: HeaderMap,
    RequestFrom(origin): RequestFrom,
    SentTo(here): SentTo,
    Body(login): Body<Login>,
) -> Result<Response, Problem> {
    let attempt = login.read(origin, here)?;
    let signed_in = state.access().sign_in(&attempt).await;
    let signed_in = signed_in.map_err(kept_out)?;
    let mut response = Json(Me::of(&signed_in.identity)).into_response();
    let cookie = comes_in(state.access(), &headers, &signed_in, &attempt.origin).await;
    response.headers_mut().insert(SET_COOKIE, cookie.ok_or_else(Problem::bug)?);
    Ok(response)
}

/// Ends the session of the cookie or of the access token that asks.
#[utoipa::path(
    post, path = "/logout", tag = "access",
    security(("session" = []), ("client_session" = []), ("access_token" = [])),
    responses((status = 204, description = "The session has ended")),
)]
pub(super) async fn logout(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
) -> Result<Response, Problem> {
    let client = caller.identity.client().is_some();
    if let Some((_, session)) = caller.identity.holder() {
        let out = state.access().end_own(&caller.identity, session, &caller.origin).await;
        out.map_err(refused)?;
    }
    Ok((StatusCode::NO_CONTENT, leaves(client)).into_response())
}

/// Tells who is calling and what they may do.
#[utoipa::path(get, path = "/me", tag = "access", responses((status = 200, body = Me)))]
pub(super) async fn me(caller: Caller) -> Json<Me> {
    Json(Me::of(&caller.identity))
}

/// An address and a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::v1) struct Login {
    /// The address of the account.
    #[schema(example = "ada@example.org", max_length = 254)]
    email: String,
    /// The password.
    #[schema(example = "correct horse battery staple", max_length = 256, format = Password)]
    password: String,
    /// The code of the second step, or a recovery code, where the account has one: a sign-in
    /// without it is answered with 401 `access.code_needed`.
    #[schema(example = "492039", max_length = 20)]
    code: Option<String>,
    /// Which seller, if the address has accounts with several.
    #[schema(example = "ten_01kchkq7w7fc9r6a8b9c0d1e2f")]
    tenant: Option<String>,
}

impl Login {
    /// The attempt that it stands for.
    pub(super) fn read(
        self,
        origin: RequestOrigin,
        here: Option<TenantId>,
    ) -> Result<Attempt, Problem> {
        let mut check = Check::default();
        let email = check.text("/email", &self.email, 254);
        let tenant = check.optional_id::<TenantId>("/tenant", self.tenant.as_deref());
        let (Some(email), Some(tenant)) = (email, tenant) else { return Err(check.problem()) };
        if here.is_some() && tenant.is_some() && here != tenant {
            let by_header = false;
            return Err(refused(AccessError::OtherSeller { by_header }));
        }
        let tenant = tenant.or(here);
        let (password, code) = (Secret::new(self.password), self.code.map(Secret::new));
        Ok(Attempt { email, password, code, tenant, origin })
    }
}

/// What somebody is told who is not let in: a wrong code is no more than a wrong password.
pub(super) fn kept_out(error: AccessError) -> Problem {
    match error {
        AccessError::WrongCode => {
            let (code, detail) = (error.code().to_owned(), error.to_string());
            Problem::new(Kind::Unauthenticated, code, detail)
        }
        other => refused(other),
    }
}

/// Who is calling.
#[derive(Serialize, ToSchema)]
pub(in crate::v1) struct Me {
    /// The name of the caller in events.
    #[schema(example = "staff:019a2f3c-5d7e-7cc0-8a55-0f4c1d2e3b4a")]
    actor: String,
    /// The seller it acts for.
    #[schema(example = "ten_01kchkq7w7fc9r6a8b9c0d1e2f")]
    tenant: String,
    /// Other sellers it may sign in to with the same password.
    other_tenants: Vec<String>,
    /// Whose data it may do that to.
    reach: WireReach,
    /// What it may do.
    #[schema(example = json!(["invoices:read", "invoices:write"]))]
    permissions: Vec<String>,
    /// Whether the seller demands a second step that is not set up: until then, nothing else may be
    /// done.
    must_set_up_second_factor: bool,
    /// What a change must carry as `x-csrf-token`; null for a program, which needs none.
    csrf_token: Option<String>,
    /// When the session or the access token ends; null for an API key.
    expires_at: Option<DateTime<Utc>>,
}

impl Me {
    pub(super) fn of(identity: &Identity) -> Self {
        let (also, expires_at) = match &identity.via {
            Via::Session { also, expires_at, .. } => (also.as_slice(), Some(*expires_at)),
            Via::AccessToken { expires_at, .. } => (&[][..], Some(*expires_at)),
            Via::Client { expires_at, .. } => (&[][..], Some(*expires_at)),
            Via::ApiKey(_) => (&[][..], None),
        };
        Self {
            actor: identity.actor().to_string(),
            tenant: identity.tenant.to_string(),
            other_tenants: also.iter().map(ToString::to_string).collect(),
            reach: identity.rights.reach.into(),
            permissions: slugs(identity.rights.permissions),
            must_set_up_second_factor: identity.is_restricted(),
            csrf_token: identity.csrf_token(),
            expires_at,
        }
    }
}

fn slugs(permissions: Permissions) -> Vec<String> {
    permissions.iter().map(|permission| permission.slug().to_owned()).collect()
}
