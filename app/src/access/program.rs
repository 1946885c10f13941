//! Programs of staff and clients: a short access token, and a refresh token that is spent by being
//! used (AUT-01, AUT-02).
//!
//! Guarantees: an access token names its installation, seller and session, and is refused once that
//! session has ended; a refresh token works once, and whoever presents a spent one ends the
//! session, because one of two holders is a thief. A program that loses the answer to a refresh
//! signs in again.

use std::time::Duration;

use billfold_domain::kernel::{SessionId, TenantId};
use billfold_domain::sign_in::{EndOfSession, SignInMethod};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::time::Instant;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::identity::{Identity, Via};
use super::owner::Owner;
use super::sign_in::taken;
use super::token::{self, Secret};
use super::{Access, AccessError, Attempt, jwt};
use crate::commands::RequestOrigin;
use crate::ports::{
    Ending, Holder, Presented, RefreshTokenRow, SessionKind, SessionRef, SessionRow,
};

/// How long an access token lasts.
const ACCESS: TimeDelta = TimeDelta::minutes(10);
/// How long a program may renew its access after it signed in.
const SESSION: TimeDelta = TimeDelta::days(30);
/// What the signing key is for.
const KEY: &str = "access token";
/// Who issues tokens.
const ISSUER: &str = "billfold";
/// What they are for.
const AUDIENCE: &str = "billfold-api";

/// What a program gets that signed in or renewed its access.
#[derive(Clone, Debug)]
pub struct ProgramTokens {
    /// For `Authorization: Bearer`.
    pub access: Secret,
    /// How long it lasts.
    pub lasts: Duration,
    /// Spent by the next renewal.
    pub refresh: Secret,
    /// When renewing ends, and the program has to sign in again.
    pub session_ends_at: DateTime<Utc>,
}

/// What an access token says (RFC 7519).
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    /// Whose it is.
    sub: Uuid,
    /// The seller.
    tenant: Uuid,
    /// The session.
    sid: Uuid,
    iat: i64,
    exp: i64,
}

impl Access {
    /// Signs a program of staff in.
    ///
    /// # Errors
    /// As [`Access::sign_in`].
    pub async fn sign_in_program(&self, attempt: &Attempt) -> Result<ProgramTokens, AccessError> {
        let begun = Instant::now();
        let admitted = taken(begun, self.admit(attempt).await).await?;
        self.begin_program(&admitted.account, admitted.method, &attempt.origin).await
    }

    pub(super) async fn begin_program(
        &self,
        owner: &Owner,
        method: SignInMethod,
        origin: &RequestOrigin,
    ) -> Result<ProgramTokens, AccessError> {
        let mut row = self.blank_session(owner, origin).await?;
        row.kind = SessionKind::Program;
        row.expires_at = row.created_at + SESSION;
        // Nobody holds a cookie of this session: the hash is of nothing that anybody knows.
        rand::fill(&mut row.token_hash);
        self.open(&row, owner, method, origin).await?;
        self.issue(&row, row.created_at).await
    }

    /// Renews the access of a program; the token is spent.
    ///
    /// # Errors
    /// `NotValid` when the token is unknown or past its end; when it was spent before, which ends
    /// the session; when the session has ended or the account was stopped.
    pub async fn refresh(
        &self,
        refresh: &Secret,
        origin: &RequestOrigin,
    ) -> Result<ProgramTokens, AccessError> {
        let (tenant, hash) = token::read_refresh(refresh.reveal()).ok_or(AccessError::NotValid)?;
        let now = self.parts.clock.now();
        let session = match self.parts.refresh_tokens.spend(tenant, &hash, now).await? {
            Presented::Spent(session) => session,
            Presented::Again(session) => {
                let which = Ending::One(SessionRef::Id(session));
                self.end(tenant, which, EndOfSession::TokenReused, origin).await?;
                return Err(AccessError::NotValid);
            }
            Presented::Unknown => return Err(AccessError::NotValid),
        };
        let found = self.parts.sessions.find(tenant, SessionRef::Id(session), now).await?;
        let row = found.ok_or(AccessError::NotValid)?;
        if let Holder::Client(client) = row.holder {
            self.client_of(&row, client, row.expires_at).await?;
        }
        self.parts.sessions.touch(tenant, session, now).await?;
        self.issue(&row, now).await
    }

    async fn issue(
        &self,
        row: &SessionRow,
        now: DateTime<Utc>,
    ) -> Result<ProgramTokens, AccessError> {
        let (refresh, token_hash) = token::new_refresh(row.tenant);
        let stored = RefreshTokenRow {
            tenant: row.tenant,
            token_hash,
            session: row.id,
            created_at: now,
            expires_at: row.expires_at,
        };
        if !self.parts.refresh_tokens.add(&stored).await? {
            return Err(AccessError::NotValid);
        }
        let ends = (now + ACCESS).min(row.expires_at);
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: row.holder.uuid(),
            tenant: row.tenant.uuid(),
            sid: row.id.uuid(),
            iat: now.timestamp(),
            exp: ends.timestamp(),
        };
        let key = self.signing_key(KEY, now).await?;
        Ok(ProgramTokens {
            access: jwt::sign(&key, &claims)?,
            lasts: (ends - now).to_std().unwrap_or_default(),
            refresh,
            session_ends_at: row.expires_at,
        })
    }

    /// Who an access token belongs to.
    ///
    /// # Errors
    /// `NotValid` when we did not sign it, it is past its end, its session has ended or its account
    /// was stopped.
    pub async fn access_token(&self, token: &Secret) -> Result<Identity, AccessError> {
        let now = self.parts.clock.now();
        let key = self.signing_key(KEY, now).await?;
        let claims: Claims = jwt::read(&key, token.reveal()).ok_or(AccessError::NotValid)?;
        let ours = claims.iss == ISSUER && claims.aud == AUDIENCE;
        if !ours || claims.exp <= now.timestamp() {
            return Err(AccessError::NotValid);
        }
        let hash = <[u8; 32]>::from(Sha256::digest(token.reveal()));
        if let Some(identity) = self.passes.get(&hash) {
            return Ok(identity);
        }
        let (tenant, session) = (TenantId::new(claims.tenant), SessionId::new(claims.sid));
        let found = self.parts.sessions.find(tenant, SessionRef::Id(session), now).await?;
        let whose =
            |row: &SessionRow| row.kind == SessionKind::Program && row.holder.uuid() == claims.sub;
        let row = found.filter(whose).ok_or(AccessError::NotValid)?;
        let ends = DateTime::from_timestamp(claims.exp, 0).unwrap_or(now);
        let staff = match row.holder {
            Holder::Staff(staff) => staff,
            Holder::Client(client) => {
                let identity = self.client_of(&row, client, ends).await?;
                self.used(&row, now).await;
                return Ok(identity);
            }
        };
        self.used(&row, now).await;
        let restricted = self.must_set_up(tenant, staff).await?;
        let via = Via::AccessToken { staff, session, restricted, expires_at: ends };
        let identity =
            Identity { tenant, rights: self.rights(tenant, staff, restricted).await?, via };
        self.passes.put(hash, &identity);
        Ok(identity)
    }

    /// A key of the installation, for signing one kind of claims.
    pub(super) async fn signing_key(
        &self,
        what: &'static str,
        now: DateTime<Utc>,
    ) -> Result<Zeroizing<[u8; 32]>, AccessError> {
        let key = self.parts.vault.installation_hash(what, "signing key", now).await?;
        Ok(Zeroizing::new(key))
    }
}
