//! Port: codes with which somebody who forgot the password sets a new one.
//!
//! Contract: only the SHA-256 of a code is stored; an account has one at most, and it is taken
//! once.

use async_trait::async_trait;
use billfold_domain::kernel::{BlindIndex, TenantId};
use chrono::{DateTime, Utc};

use super::{Holder, StoreFailure};

/// A code to store.
#[derive(Clone, Debug)]
pub struct ResetCodeRow {
    /// The seller.
    pub tenant: TenantId,
    /// Whose password it replaces.
    pub holder: Holder,
    /// The address that it was mailed to, if it was.
    pub mailed_to: Option<BlindIndex>,
    /// SHA-256 of the code.
    pub code_hash: [u8; 32],
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// A code that was taken.
#[derive(Clone, Debug)]
pub struct TakenResetCode {
    /// Whose password it replaces.
    pub holder: Holder,
    /// The address that it was mailed to, if it was.
    pub mailed_to: Option<BlindIndex>,
}

/// The codes.
#[async_trait]
pub trait ResetCodes: Send + Sync {
    /// Stores a code in place of an older one.
    async fn put(&self, row: &ResetCodeRow) -> Result<(), StoreFailure>;

    /// Takes a code, if it is known and not past its end.
    async fn take(
        &self,
        tenant: TenantId,
        code_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<TakenResetCode>, StoreFailure>;
}
