//! Sealing for the installation itself: what belongs to no seller, or not yet.
//!
//! Guarantees: as for personal data, AES-256-GCM with a fresh nonce; what was sealed for one
//! purpose or under one name opens for no other. Absent on purpose: erasure, since nothing sealed
//! here stays longer than some days.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::{Vault, VaultError, cipher};

impl Vault {
    /// Seals bytes for a purpose of the installation; `name` has to be given again to open them.
    ///
    /// # Errors
    /// The key table does not answer, or the value is too long.
    pub(crate) async fn seal_for_installation(
        &self,
        what: &'static str,
        name: &[u8],
        plain: &[u8],
        at: DateTime<Utc>,
    ) -> Result<Vec<u8>, VaultError> {
        let key = Zeroizing::new(self.installation_hash(what, "sealing", at).await?);
        cipher::seal(&key, name, plain)
    }

    /// Opens what [`Vault::seal_for_installation`] sealed.
    ///
    /// # Errors
    /// The key table does not answer; the bytes were changed, or belong to something else.
    pub(crate) async fn open_for_installation(
        &self,
        what: &'static str,
        name: &[u8],
        sealed: &[u8],
        at: DateTime<Utc>,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let key = Zeroizing::new(self.installation_hash(what, "sealing", at).await?);
        cipher::open(&key, name, sealed)
    }
}
