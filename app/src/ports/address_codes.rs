//! Port: which addresses are proved to reach their owner, and the codes that prove it.
//!
//! Contract: only the SHA-256 of a code is stored; an account has one at most, and it is taken
//! once, for the address that it was sent to.

use async_trait::async_trait;
use billfold_domain::kernel::{BlindIndex, TenantId};
use chrono::{DateTime, Utc};

use super::{Holder, StoreFailure};

/// A code to store.
#[derive(Clone, Debug)]
pub struct AddressCodeRow {
    /// The seller.
    pub tenant: TenantId,
    /// Whose address it proves.
    pub holder: Holder,
    /// Which address.
    pub email_index: BlindIndex,
    /// SHA-256 of the code.
    pub code_hash: [u8; 32],
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// The codes, and what they proved.
#[async_trait]
pub trait AddressCodes: Send + Sync {
    /// Stores a code in place of an older one.
    async fn put(&self, row: &AddressCodeRow) -> Result<(), StoreFailure>;

    /// Takes a code of an account; whether it proved the address that the account has now.
    async fn take(
        &self,
        tenant: TenantId,
        holder: Holder,
        code_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<bool, StoreFailure>;

    /// Takes it as proved that an address reaches the owner of an account; false when the account
    /// has another one by now, or it was proved before.
    async fn prove(
        &self,
        tenant: TenantId,
        holder: Holder,
        email_index: &BlindIndex,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreFailure>;

    /// Since when the address that is kept with an account is proved.
    async fn proved_since(
        &self,
        tenant: TenantId,
        holder: Holder,
    ) -> Result<Option<DateTime<Utc>>, StoreFailure>;
}
