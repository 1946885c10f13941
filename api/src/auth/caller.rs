//! The caller of a request: an API key or an access token from `Authorization`, or a session from
//! the cookie.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::Method;
use axum::http::header::{AUTHORIZATION, USER_AGENT};
use axum::http::request::Parts;
use billfold_app::access::{Access, AccessError, By, Identity, Secret, is_api_key};
use billfold_app::commands::{Ask, RequestOrigin};
use billfold_domain::kernel::{Actor, ClientId, TenantId};

use super::address::{TENANT_HEADER, addressed};
use super::cookie;
use super::may::out_of_reach;
use crate::layers::{ClientAddress, RequestId};
use crate::problem::{FieldError, Kind, Problem};
use crate::receive::IdempotencyKey;

/// The header with which a page proves that a change comes from itself.
pub const CSRF_HEADER: &str = "x-csrf-token";

const LONGEST_AGENT: usize = 200;

/// A verified caller.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The seller it acts for; everything it reads and writes belongs to this one.
    pub tenant: TenantId,
    /// The name of the caller in events.
    pub actor: Actor,
    /// How it was verified and what it may do.
    pub identity: Identity,
    /// Address, user agent and request id, as they are kept beside every event.
    pub origin: RequestOrigin,
}

/// Where a request came from, whoever sent it.
#[derive(Debug, Clone)]
pub struct RequestFrom(pub RequestOrigin);

impl<S: Send + Sync> FromRequestParts<S> for RequestFrom {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(origin_of(parts)))
    }
}

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    Arc<Access>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let access = Arc::<Access>::from_ref(state);
        match bearer(parts) {
            Some(token) => {
                let token = token?;
                let identity = if is_api_key(&token) {
                    access.api_key(&token).await
                } else {
                    access.access_token(&token).await
                };
                let identity = identity.map_err(refused)?;
                let here = addressed(parts, &access).await?;
                Ok(Self::of(access.act_at(identity, here).await.map_err(refused)?, parts))
            }
            None => {
                // Somebody who is signed in as both asks as staff.
                let caller = match cookie::session_token(&parts.headers) {
                    None if cookie::client_token(&parts.headers).is_some() => {
                        client_session_of(parts, &access).await?
                    }
                    _ => session_of(parts, &access).await?,
                };
                check_csrf(parts, &caller.identity)?;
                Ok(caller)
            }
        }
    }
}

/// Whoever is signed in, staff or client, by a browser or a program. Refuses API keys.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Caller);

impl<S> FromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    Arc<Access>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        if caller.identity.holder().is_none() {
            return Err(nobody());
        }
        Ok(Self(caller))
    }
}

/// A client who is signed in. Refuses everybody else.
#[derive(Debug, Clone)]
pub struct OneClient(pub Caller, pub ClientId);

impl<S> FromRequestParts<S> for OneClient
where
    S: Send + Sync,
    Arc<Access>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let (client, _) = caller.identity.client().ok_or_else(out_of_reach)?;
        Ok(Self(caller, client))
    }
}

impl Caller {
    fn of(identity: Identity, parts: &Parts) -> Self {
        let origin = origin_of(parts);
        Self { tenant: identity.tenant, actor: identity.actor(), identity, origin }
    }

    /// On whose word this caller changes the account of somebody else.
    #[must_use]
    pub fn by(&self) -> By {
        let (actor, origin) = (self.actor.clone(), self.origin.clone());
        By { actor, held: self.identity.rights, origin }
    }

    /// A command of this caller, for its own seller.
    #[must_use]
    pub fn ask<C>(&self, key: &IdempotencyKey, command: C) -> Ask<C> {
        Ask::new(self.tenant, self.actor.clone(), key.command_key(), command)
            .from_origin(self.origin.clone())
    }
}

/// The caller behind the session cookie. It does **not** look at the CSRF token: whoever uses it
/// for a change checks the token of the form with [`Identity::csrf_holds`].
///
/// # Errors
/// Unauthenticated without a valid session; not found where the session may not act.
pub async fn session_of(parts: &Parts, access: &Access) -> Result<Caller, Problem> {
    let token = cookie::session_token(&parts.headers).ok_or_else(nobody)?;
    let identity = access.session(&token).await.map_err(refused)?;
    let here = addressed(parts, access).await?;
    Ok(Caller::of(access.act_at(identity, here).await.map_err(refused)?, parts))
}

/// The client behind the cookie of clients. As for [`session_of`], the CSRF token is not looked at.
///
/// # Errors
/// Unauthenticated without a valid session.
pub async fn client_session_of(parts: &Parts, access: &Access) -> Result<Caller, Problem> {
    let token = cookie::client_token(&parts.headers).ok_or_else(nobody)?;
    let identity = access.client_session(&token).await.map_err(refused)?;
    Ok(Caller::of(identity, parts))
}

/// What a caller is told who could not be let in.
pub fn refused(error: AccessError) -> Problem {
    let (code, detail) = (error.code().to_owned(), error.to_string());
    match error {
        AccessError::NotValid => nobody(),
        AccessError::OtherSeller { by_header } => {
            let header = if by_header { TENANT_HEADER } else { "host" };
            let error = FieldError::header(header, "access.other_seller", detail.clone());
            Problem::new(Kind::NotFound, code, detail).at(error)
        }
        AccessError::CodeNeeded { .. } => Problem::new(Kind::Unauthenticated, code, detail),
        AccessError::Slowed { retry_after } => {
            Problem::new(Kind::TooMany, code, detail).retry_after(retry_after)
        }
        AccessError::AskedTooOften { retry_after } => {
            Problem::new(Kind::TooMany, code, detail).retry_after(retry_after)
        }
        AccessError::Malformed { field, detail } => {
            Problem::field(FieldError::body(field, code, detail))
        }
        AccessError::Taken
        | AccessError::WrongPassword
        | AccessError::WrongCode
        | AccessError::SecondFactorExists
        | AccessError::NoMail
        | AccessError::WrongPasskey
        | AccessError::NoSecondFactor => Problem::new(Kind::Rule, code, detail),
        AccessError::Provider(_) => Problem::new(Kind::Unavailable, code, detail),
        AccessError::Door(error) => error.into(),
        AccessError::Log(cause) => {
            tracing::error!(error = %cause, "a sign-in cannot be noted");
            Problem::new(Kind::Unavailable, code, detail).retry_after(Duration::from_secs(1))
        }
        AccessError::Store(cause) => {
            tracing::error!(error = %cause, "the accounts cannot be read or written");
            Problem::new(Kind::Unavailable, code, detail).retry_after(Duration::from_secs(1))
        }
        AccessError::Vault(_) | AccessError::Password(_) => {
            tracing::error!(error = %error, "access failed");
            Problem::bug()
        }
    }
}

fn nobody() -> Problem {
    Problem::new(
        Kind::Unauthenticated,
        "unauthenticated",
        "sign in, or send a valid API key or access token as Authorization: Bearer",
    )
}

/// The key in `Authorization`, if that header is there at all: a wrong one never falls back to a
/// cookie, and of two none is chosen.
fn bearer(parts: &Parts) -> Option<Result<Secret, Problem>> {
    let mut values = parts.headers.get_all(AUTHORIZATION).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return Some(Err(nobody()));
    }
    let key =
        value.to_str().ok().and_then(|text| text.split_once(' ')).and_then(|(scheme, key)| {
            scheme.eq_ignore_ascii_case("bearer").then(|| Secret::new(key.trim()))
        });
    Some(key.ok_or_else(nobody))
}

fn check_csrf(parts: &Parts, identity: &Identity) -> Result<(), Problem> {
    if matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let token = parts.headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok());
    if token.is_some_and(|token| identity.csrf_holds(token)) {
        return Ok(());
    }
    Err(Problem::new(
        Kind::Forbidden,
        "csrf",
        "a browser session changes things only with its own x-csrf-token; \
         read it at /api/v1/auth/me",
    ))
}

fn origin_of(parts: &Parts) -> RequestOrigin {
    let agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    RequestOrigin {
        ip: address_of(parts),
        user_agent: agent.map(|text| text.chars().take(LONGEST_AGENT).collect()),
        request_id: parts.extensions.get::<RequestId>().map(|id| id.as_str().to_owned()),
    }
}

/// The address behind trusted proxies where the layers found one, otherwise that of the connection.
fn address_of(parts: &Parts) -> Option<IpAddr> {
    let behind = parts.extensions.get::<ClientAddress>().map(|address| address.0);
    behind.or_else(|| Some(parts.extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip()))
}
