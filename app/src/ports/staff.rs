//! Port: how the people who work for a seller sign in.
//!
//! Contract: an e-mail address exists once per tenant, known by its blind index only. `accounts_of`
//! answers across tenants and gives away nothing but ids.

use async_trait::async_trait;
use billfold_domain::kernel::{BlindIndex, StaffId, TenantId};
use chrono::{DateTime, Utc};

use super::StoreFailure;

/// One account.
#[derive(Clone, Debug)]
pub struct StaffRow {
    /// The seller it belongs to.
    pub tenant: TenantId,
    /// The member of staff it belongs to.
    pub id: StaffId,
    /// The installation-wide blind index of its e-mail address.
    pub email_index: BlindIndex,
    /// What `PasswordHashing::hash` made.
    pub password_hash: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Since when it may no longer sign in.
    pub disabled_at: Option<DateTime<Utc>>,
}

/// Where an address has an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// The seller.
    pub tenant: TenantId,
    /// The account.
    pub staff: StaffId,
}

/// The accounts.
#[async_trait]
pub trait StaffAccounts: Send + Sync {
    /// Keeps how somebody signs in. What the table held for the id or the address before goes:
    /// whose an address is, the log says.
    async fn put(&self, row: &StaffRow) -> Result<(), StoreFailure>;

    /// The account with this id.
    async fn find(&self, tenant: TenantId, id: StaffId) -> Result<Option<StaffRow>, StoreFailure>;

    /// The accounts that use this address, in all tenants, at most 16.
    async fn accounts_of(&self, email_index: &BlindIndex) -> Result<Vec<Account>, StoreFailure>;

    /// Replaces the password hash.
    async fn set_password(
        &self,
        tenant: TenantId,
        id: StaffId,
        password_hash: &str,
    ) -> Result<bool, StoreFailure>;

    /// Replaces the password hash by a better one of the same password; nothing is done if it is
    /// no longer `old`.
    async fn upgrade_password(
        &self,
        tenant: TenantId,
        id: StaffId,
        old: &str,
        better: &str,
    ) -> Result<(), StoreFailure>;

    /// Stops an account from signing in; false when it is unknown or stopped already.
    async fn disable(
        &self,
        tenant: TenantId,
        id: StaffId,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreFailure>;

    /// Lets an account sign in again; false when it is unknown or was not stopped.
    async fn enable(&self, tenant: TenantId, id: StaffId) -> Result<bool, StoreFailure>;

    /// Moves an account to another address; false when it is unknown.
    async fn move_to(
        &self,
        tenant: TenantId,
        id: StaffId,
        email_index: &BlindIndex,
    ) -> Result<bool, StoreFailure>;
}
