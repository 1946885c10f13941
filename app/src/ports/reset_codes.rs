//! Port: codes with which somebody who forgot the password sets a new one.
//!
//! Contract: only the SHA-256 of a code is stored; an account has one at most, and it is taken
//! once.

use async_trait::async_trait;
use billfold_domain::kernel::TenantId;
use chrono::{DateTime, Utc};

use super::{Holder, StoreFailure};

/// A code to store.
#[derive(Clone, Copy, Debug)]
pub struct ResetCodeRow {
    /// The seller.
    pub tenant: TenantId,
    /// Whose password it replaces.
    pub holder: Holder,
    /// SHA-256 of the code.
    pub code_hash: [u8; 32],
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// The codes.
#[async_trait]
pub trait ResetCodes: Send + Sync {
    /// Stores a code in place of an older one.
    async fn put(&self, row: &ResetCodeRow) -> Result<(), StoreFailure>;

    /// Takes a code; whose password it replaces, if it is known and not past its end.
    async fn take(
        &self,
        tenant: TenantId,
        code_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<Holder>, StoreFailure>;
}
