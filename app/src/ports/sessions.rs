//! Port: who is signed in: browsers by a cookie, programs by tokens.
//!
//! Contract: only the SHA-256 of a token is stored; a session that is past its end, was ended, or
//! whose account was stopped is not found.

use async_trait::async_trait;
use billfold_domain::kernel::{SessionId, TenantId};
use chrono::{DateTime, Utc};

use super::{Holder, StoreFailure};

/// One session.
#[derive(Clone)]
pub struct SessionRow {
    /// The seller it is signed in to.
    pub tenant: TenantId,
    /// Its id in lists and events.
    pub id: SessionId,
    /// What holds it.
    pub kind: SessionKind,
    /// SHA-256 of the token; of nothing anybody holds for a program.
    pub token_hash: [u8; 32],
    /// Who signed in.
    pub holder: Holder,
    /// What forms must carry.
    pub csrf_secret: [u8; 32],
    /// The other sellers for which the same password was verified at sign-in.
    pub also: Vec<TenantId>,
    /// Where it began: a sealed network address and user agent, as JSON.
    pub origin: Option<serde_json::Value>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was used last, some minutes off; absent if never since it began.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// What holds a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// A browser, by its cookie.
    Browser,
    /// A program, by an access token and a refresh token.
    Program,
}

/// Which session is meant.
#[derive(Clone, Copy, Debug)]
pub enum SessionRef<'a> {
    /// The browser session with this token hash.
    Token(&'a [u8; 32]),
    /// The session with this id.
    Id(SessionId),
}

/// Which sessions are to end.
#[derive(Clone, Copy, Debug)]
pub enum Ending<'a> {
    /// One, whoever it belongs to.
    One(SessionRef<'a>),
    /// One of this account.
    Own(Holder, SessionId),
    /// All of this account but one.
    AllBut(Holder, SessionId),
    /// All of this account.
    All(Holder),
}

impl std::fmt::Debug for SessionRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionRow")
            .field("tenant", &self.tenant)
            .field("id", &self.id)
            .field("holder", &self.holder)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// The sessions.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Stores a session.
    async fn add(&self, row: &SessionRow) -> Result<(), StoreFailure>;

    /// The live session. None once its account is stopped.
    async fn find(
        &self,
        tenant: TenantId,
        which: SessionRef<'_>,
        now: DateTime<Utc>,
    ) -> Result<Option<SessionRow>, StoreFailure>;

    /// The live sessions of an account, newest first, at most 1,000.
    async fn list(
        &self,
        tenant: TenantId,
        holder: Holder,
        now: DateTime<Utc>,
    ) -> Result<Vec<SessionRow>, StoreFailure>;

    /// Notes that a session was used.
    async fn touch(
        &self,
        tenant: TenantId,
        id: SessionId,
        at: DateTime<Utc>,
    ) -> Result<(), StoreFailure>;

    /// Ends sessions at once; answers which were live or forgotten, and whose.
    async fn end(
        &self,
        tenant: TenantId,
        which: Ending<'_>,
    ) -> Result<Vec<(SessionId, Holder)>, StoreFailure>;

    /// Deletes what ended before `now`; answers how many.
    async fn sweep(&self, tenant: TenantId, now: DateTime<Utc>) -> Result<u64, StoreFailure>;
}
