//! Port: keys with which programs call the API.
//!
//! Contract: only the SHA-256 of a secret is stored (the secret is 32 random bytes, so that no slow
//! hash is needed).

use async_trait::async_trait;
use billfold_domain::kernel::{ApiKeyId, TenantId};
use chrono::{DateTime, Utc};

use super::StoreFailure;

/// One key.
#[derive(Clone)]
pub struct ApiKeyRow {
    /// The seller it acts for.
    pub tenant: TenantId,
    /// Its public id.
    pub id: ApiKeyId,
    /// What people call it.
    pub name: String,
    /// SHA-256 of the secret.
    pub secret_hash: [u8; 32],
    /// What it may do, as stored words.
    pub scopes: Vec<String>,
    /// Who made it, as an actor.
    pub created_by: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends; never when absent.
    pub expires_at: Option<DateTime<Utc>>,
    /// Since when it is refused.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for ApiKeyRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiKeyRow")
            .field("tenant", &self.tenant)
            .field("id", &self.id)
            .field("name", &self.name)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// The API keys.
#[async_trait]
pub trait ApiKeys: Send + Sync {
    /// Stores a key.
    async fn add(&self, row: &ApiKeyRow) -> Result<(), StoreFailure>;

    /// The key with this id, also when it has ended.
    async fn find(&self, tenant: TenantId, id: ApiKeyId)
    -> Result<Option<ApiKeyRow>, StoreFailure>;

    /// Every key of one tenant, newest first, at most 1,000.
    async fn list(&self, tenant: TenantId) -> Result<Vec<ApiKeyRow>, StoreFailure>;

    /// Refuses a key from `at` on; false when it is unknown or refused already.
    async fn revoke(
        &self,
        tenant: TenantId,
        id: ApiKeyId,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreFailure>;
}
