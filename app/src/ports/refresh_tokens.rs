//! Port: tokens with which programs of staff renew their access.
//!
//! Contract: only the SHA-256 of a token is stored; a token is spent once, however many present it
//! at the same time, and stays known until its session ends.

use async_trait::async_trait;
use billfold_domain::kernel::{SessionId, TenantId};
use chrono::{DateTime, Utc};

use super::StoreFailure;

/// A token to store.
#[derive(Clone, Copy, Debug)]
pub struct RefreshTokenRow {
    /// The seller.
    pub tenant: TenantId,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// The session it renews.
    pub session: SessionId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// What became of a token that was presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// It is unknown, or past its end.
    Unknown,
    /// It is spent by this, and renews the session.
    Spent(SessionId),
    /// It was spent before: somebody has a copy.
    Again(SessionId),
}

/// The tokens.
#[async_trait]
pub trait RefreshTokens: Send + Sync {
    /// Stores a token; false when its session has ended meanwhile.
    async fn add(&self, row: &RefreshTokenRow) -> Result<bool, StoreFailure>;

    /// Spends a token.
    async fn spend(
        &self,
        tenant: TenantId,
        token_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Presented, StoreFailure>;
}
