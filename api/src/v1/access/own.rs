//! What people see and change of their own account: its sessions and its password.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use billfold_app::access::{OwnSession, Secret, SessionKind};
use billfold_domain::kernel::SessionId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::{SignedIn, refused};
use crate::problem::Problem;
use crate::receive::{Body, Ident};
use crate::state::ApiState;

/// Lists your own sessions, newest first, at most 1,000.
#[utoipa::path(
    get, path = "/sessions", tag = "access",
    security(("session" = []), ("client_session" = []), ("access_token" = [])),
    responses((status = 200, body = WireSessions)),
)]
pub(super) async fn list_sessions(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
) -> Result<Json<WireSessions>, Problem> {
    let own = state.access().own_sessions(&caller.identity).await;
    let own = own.map_err(refused)?;
    Ok(Json(WireSessions { items: own.into_iter().map(WireSession::from).collect() }))
}

/// Ends all of your own sessions but the one that asks.
#[utoipa::path(
    delete, path = "/sessions", tag = "access",
    security(("session" = []), ("client_session" = []), ("access_token" = [])),
    responses((status = 200, body = EndedSessions)),
)]
pub(super) async fn end_other_sessions(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
) -> Result<Json<EndedSessions>, Problem> {
    let ended = state.access().end_others(&caller.identity, &caller.origin).await;
    let ended = ended.map_err(refused)?;
    Ok(Json(EndedSessions { ended: u64::try_from(ended).unwrap_or_default() }))
}

/// Ends one of your own sessions.
#[utoipa::path(
    delete, path = "/sessions/{id}", tag = "access",
    security(("session" = []), ("client_session" = []), ("access_token" = [])),
    params(("id" = String, Path, example = "ses_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 204, description = "The session has ended")),
)]
pub(super) async fn end_session(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Ident(id): Ident<SessionId>,
) -> Result<StatusCode, Problem> {
    let ended = state.access().end_own(&caller.identity, id, &caller.origin).await;
    if ended.map_err(refused)? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::not_found())
}

/// Replaces your own password.
///
/// It ends every other session that the old one opened.
#[utoipa::path(
    post, path = "/password", tag = "access",
    security(("session" = []), ("client_session" = []), ("access_token" = [])),
    request_body = NewPassword,
    responses((status = 204, description = "The new password counts from now on")),
)]
pub(super) async fn change_password(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Body(asked): Body<NewPassword>,
) -> Result<StatusCode, Problem> {
    let (old, new) = (Secret::new(asked.old_password), Secret::new(asked.password));
    let done = state.access().change_password(&caller.identity, &old, &new, &caller.origin).await;
    done.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// A password to take the place of another.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    /// The password so far.
    #[schema(example = "correct horse battery staple", max_length = 256, format = Password)]
    old_password: String,
    /// The new one.
    #[schema(
        example = "another horse battery staple", min_length = 10, max_length = 256,
        format = Password
    )]
    password: String,
}

/// How many sessions ended.
#[derive(Serialize, ToSchema)]
pub(super) struct EndedSessions {
    /// How many.
    ended: u64,
}

/// Your sessions.
#[derive(Serialize, ToSchema)]
#[schema(as = Sessions)]
pub(super) struct WireSessions {
    /// The sessions, newest first.
    items: Vec<WireSession>,
}

/// A session.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(super) struct WireSession {
    /// Its id.
    #[schema(example = "ses_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// What holds it: `browser` or `program`.
    #[schema(example = "browser")]
    kind: &'static str,
    /// Whether it is the one that asks.
    current: bool,
    /// The network address it began from; null if it is not known any more.
    #[schema(example = "192.0.2.7")]
    address: Option<String>,
    /// The program it began with; null if it is not known any more.
    #[schema(example = "Mozilla/5.0")]
    user_agent: Option<String>,
    /// When it began.
    created_at: DateTime<Utc>,
    /// When it was used last; up to five minutes later in truth.
    last_used_at: DateTime<Utc>,
    /// When it ends.
    expires_at: DateTime<Utc>,
}

impl From<OwnSession> for WireSession {
    fn from(own: OwnSession) -> Self {
        let (address, user_agent) = match own.origin {
            Some(origin) => (origin.address.map(|ip| ip.to_string()), origin.user_agent),
            None => (None, None),
        };
        Self {
            id: own.id.to_string(),
            kind: match own.kind {
                SessionKind::Browser => "browser",
                SessionKind::Program => "program",
            },
            current: own.current,
            address,
            user_agent,
            created_at: own.created_at,
            last_used_at: own.last_used_at,
            expires_at: own.expires_at,
        }
    }
}
