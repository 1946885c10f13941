//! Port: which account an account of an identity provider opens.
//!
//! Contract: a provider's name for a person comes as a keyed hash; look-ups answer across tenants
//! and give away nothing but ids.

use async_trait::async_trait;
use billfold_domain::kernel::{BlindIndex, StaffId, TenantId};
use chrono::{DateTime, Utc};

use super::{Account, StoreFailure};

/// A link to store.
#[derive(Clone, Debug)]
pub struct ProviderLinkRow {
    /// The issuer, as it names itself.
    pub issuer: String,
    /// Keyed hash of its name for the person.
    pub subject_index: BlindIndex,
    /// The account it opens.
    pub account: Account,
    /// When it was linked.
    pub linked_at: DateTime<Utc>,
    /// When it opened the account last.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// The links.
#[async_trait]
pub trait ProviderLinks: Send + Sync {
    /// The accounts that a person of an issuer opens, at most 16.
    async fn accounts_of(
        &self,
        issuer: &str,
        subject_index: &BlindIndex,
    ) -> Result<Vec<Account>, StoreFailure>;

    /// Stores a link; nothing if the person of the issuer opens an account of this seller already.
    async fn put(&self, row: &ProviderLinkRow) -> Result<(), StoreFailure>;

    /// Notes that a link was used.
    async fn touch(
        &self,
        issuer: &str,
        subject_index: &BlindIndex,
        tenant: TenantId,
        at: DateTime<Utc>,
    ) -> Result<(), StoreFailure>;

    /// The links to an account, oldest first.
    async fn of(&self, account: Account) -> Result<Vec<ProviderLinkRow>, StoreFailure>;

    /// Takes the links of an issuer to an account away; false when there was none.
    async fn remove(
        &self,
        tenant: TenantId,
        staff: StaffId,
        issuer: &str,
    ) -> Result<bool, StoreFailure>;
}
