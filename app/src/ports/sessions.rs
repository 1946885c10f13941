//! Port: signed-in browsers.
//!
//! Contract: only the SHA-256 of a token is stored; a session that is past its end or revoked is
//! not found.

use async_trait::async_trait;
use billfold_domain::kernel::{StaffId, TenantId};
use chrono::{DateTime, Utc};

use super::StoreFailure;

/// One session.
#[derive(Clone)]
pub struct SessionRow {
    /// The seller it is signed in to.
    pub tenant: TenantId,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// Who signed in.
    pub staff: StaffId,
    /// What forms must carry.
    pub csrf_secret: [u8; 32],
    /// The other sellers for which the same password was verified at sign-in.
    pub also: Vec<TenantId>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for SessionRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionRow")
            .field("tenant", &self.tenant)
            .field("staff", &self.staff)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// The sessions.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Stores a session.
    async fn add(&self, row: &SessionRow) -> Result<(), StoreFailure>;

    /// The live session with this token hash. None once its account is stopped.
    async fn find(
        &self,
        tenant: TenantId,
        token_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<SessionRow>, StoreFailure>;

    /// Ends one session; false when there was none.
    async fn revoke(&self, tenant: TenantId, token_hash: &[u8; 32]) -> Result<bool, StoreFailure>;

    /// Ends every session of one account; answers how many.
    async fn revoke_all(&self, tenant: TenantId, staff: StaffId) -> Result<u64, StoreFailure>;

    /// Deletes what ended before `now`; answers how many.
    async fn sweep(&self, tenant: TenantId, now: DateTime<Utc>) -> Result<u64, StoreFailure>;
}
