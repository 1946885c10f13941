//! Port: what was begun with a browser and is finished once: the state of a visit to an identity
//! provider, the challenge to a passkey.
//!
//! Contract: only the SHA-256 of a challenge is stored, until its end; of many that spend one at
//! the same time, one succeeds.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StoreFailure;

/// What was spent.
#[async_trait]
pub trait SpentChallenges: Send + Sync {
    /// Spends a challenge that ends at `ends`; false when it was spent before.
    async fn spend(
        &self,
        challenge_hash: &[u8; 32],
        ends: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreFailure>;
}
