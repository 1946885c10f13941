//! Port: the sealed pictures of people, which events name by the hash of the sealed bytes.
//!
//! Contract: what is stored under a hash never changes; all of a person goes in the transaction
//! that destroys their keys.

use async_trait::async_trait;
use billfold_domain::kernel::ImageHash;
use chrono::{DateTime, Utc};

use super::{StoreFailure, SubjectRef};

/// The pictures of people.
#[async_trait]
pub trait AvatarStore: Send + Sync {
    /// Stores sealed bytes under their hash, which the caller made from them.
    async fn put(
        &self,
        of: SubjectRef,
        hash: ImageHash,
        sealed: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), StoreFailure>;

    /// The sealed bytes of a hash, if they are a picture of this person.
    async fn find(&self, of: SubjectRef, hash: ImageHash) -> Result<Option<Vec<u8>>, StoreFailure>;

    /// Removes a picture; one that is gone is nothing new.
    async fn remove(&self, of: SubjectRef, hash: ImageHash) -> Result<(), StoreFailure>;
}
