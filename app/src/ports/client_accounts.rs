//! Port: how clients sign in.
//!
//! Contract: whose an address is and whether a client may come in, the log says and not this table.

use async_trait::async_trait;
use billfold_domain::kernel::{BlindIndex, ClientId, TenantId};
use chrono::{DateTime, Utc};

use super::StoreFailure;

/// The account of a client.
#[derive(Clone, Debug)]
pub struct ClientAccountRow {
    /// The seller.
    pub tenant: TenantId,
    /// The client.
    pub client: ClientId,
    /// The seller's blind index of the address that was last signed in with.
    pub email_index: BlindIndex,
    /// What `PasswordHashing::hash` made.
    pub password_hash: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Since when the address is known to be the client's; not yet, if absent.
    pub email_verified_at: Option<DateTime<Utc>>,
}

/// The accounts.
#[async_trait]
pub trait ClientAccounts: Send + Sync {
    /// Keeps how a client signs in, in place of what was kept before.
    async fn put(&self, row: &ClientAccountRow) -> Result<(), StoreFailure>;

    /// Keeps how a client signs in who has no account yet; false when there is one.
    async fn add(&self, row: &ClientAccountRow) -> Result<bool, StoreFailure>;

    /// The account of a client.
    async fn find(
        &self,
        tenant: TenantId,
        client: ClientId,
    ) -> Result<Option<ClientAccountRow>, StoreFailure>;

    /// Keeps another address with the account, which is not proved. The same one stays as it is.
    async fn move_to(
        &self,
        tenant: TenantId,
        client: ClientId,
        email_index: &BlindIndex,
    ) -> Result<(), StoreFailure>;

    /// Replaces the password hash; false when there is no account.
    async fn set_password(
        &self,
        tenant: TenantId,
        client: ClientId,
        password_hash: &str,
    ) -> Result<bool, StoreFailure>;

    /// Replaces the password hash by a better one of the same password; nothing is done if it is
    /// no longer `old`.
    async fn upgrade_password(
        &self,
        tenant: TenantId,
        client: ClientId,
        old: &str,
        better: &str,
    ) -> Result<(), StoreFailure>;
}
