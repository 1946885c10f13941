//! Port: passkeys: keys on devices that prove who somebody is, and that they were there.
//!
//! Contract: a credential exists once per tenant; names come sealed.

use async_trait::async_trait;
use billfold_domain::kernel::{StaffId, TenantId};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::StoreFailure;

/// A passkey.
#[derive(Clone, Debug)]
pub struct PasskeyRow {
    /// The seller.
    pub tenant: TenantId,
    /// Its id in lists and events.
    pub id: Uuid,
    /// Whose it is.
    pub staff: StaffId,
    /// What the device calls it.
    pub credential_id: Vec<u8>,
    /// What its signatures are checked by, in the form of its algorithm.
    pub public_key: Vec<u8>,
    /// The algorithm, by its COSE number.
    pub algorithm: i32,
    /// How often the device says that it was used; 0 where a device does not count.
    pub sign_count: u32,
    /// What its owner calls it: sealed, as JSON.
    pub name: serde_json::Value,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it opened the account last.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// The passkeys.
#[async_trait]
pub trait Passkeys: Send + Sync {
    /// Stores one; false when the seller knows its credential already.
    async fn add(&self, row: &PasskeyRow) -> Result<bool, StoreFailure>;

    /// The passkey with this credential.
    async fn find(
        &self,
        tenant: TenantId,
        credential_id: &[u8],
    ) -> Result<Option<PasskeyRow>, StoreFailure>;

    /// The passkeys of an account, oldest first.
    async fn of(&self, tenant: TenantId, staff: StaffId) -> Result<Vec<PasskeyRow>, StoreFailure>;

    /// Notes a use, if the device's count is still `before`; false when another use was faster.
    async fn used(
        &self,
        tenant: TenantId,
        id: Uuid,
        before: u32,
        sign_count: u32,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreFailure>;

    /// Takes one of an account away; false when there is none such.
    async fn remove(
        &self,
        tenant: TenantId,
        staff: StaffId,
        id: Uuid,
    ) -> Result<bool, StoreFailure>;
}
