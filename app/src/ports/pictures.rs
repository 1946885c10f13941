//! Port: the bytes of pictures, which events name by their hash.
//!
//! Contract: what is stored under a hash never changes; storing it again changes nothing.

use async_trait::async_trait;
use billfold_domain::kernel::{ImageHash, TenantId};
use chrono::{DateTime, Utc};

use super::StoreFailure;

/// The pictures of sellers.
#[async_trait]
pub trait PictureStore: Send + Sync {
    /// Stores the bytes of a hash, which the caller made from them.
    async fn put(
        &self,
        tenant: TenantId,
        hash: ImageHash,
        bytes: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), StoreFailure>;

    /// The bytes of a hash, if the seller has them.
    async fn find(
        &self,
        tenant: TenantId,
        hash: ImageHash,
    ) -> Result<Option<Vec<u8>>, StoreFailure>;
}
