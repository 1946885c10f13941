//! Port: the people who work for a seller and may sign in.
//!
//! Contract: an e-mail address exists once per tenant, known by its blind index only; the address
//! itself is sealed. `accounts_of` answers across tenants and gives away nothing but ids.

use async_trait::async_trait;
use billfold_domain::kernel::{BlindIndex, StaffId, TenantId};
use chrono::{DateTime, Utc};

use super::StoreFailure;

/// One account.
#[derive(Clone, Debug)]
pub struct StaffRow {
    /// The seller it belongs to.
    pub tenant: TenantId,
    /// Its id; also the subject of its sealed profile.
    pub id: StaffId,
    /// The installation-wide blind index of its e-mail address.
    pub email_index: BlindIndex,
    /// Sealed name and address, as JSON.
    pub profile: serde_json::Value,
    /// What `PasswordHashing::hash` made.
    pub password_hash: String,
    /// What it may do, as stored words.
    pub scopes: Vec<String>,
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
    /// Adds an account; false when the tenant has one with this address already.
    async fn add(&self, row: &StaffRow) -> Result<bool, StoreFailure>;

    /// The account with this id.
    async fn find(&self, tenant: TenantId, id: StaffId) -> Result<Option<StaffRow>, StoreFailure>;

    /// Every account of one tenant, oldest first, at most 1,000.
    async fn list(&self, tenant: TenantId) -> Result<Vec<StaffRow>, StoreFailure>;

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

    /// Whether any account exists in any tenant.
    async fn any(&self) -> Result<bool, StoreFailure>;
}
