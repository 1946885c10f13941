//! Accounts that another system kept, taken over with the hashes of their passwords.
//!
//! Guarantees: nobody learns a password, and nobody needs a new one; a hash that could not be
//! verified here is refused beforehand; a second run adds nothing. A hash that is not as good as
//! our own is replaced at the next sign-in.

use billfold_domain::kernel::{StaffId, TenantId};

use super::scope::Scopes;
use super::staff::{StaffProfile, check_profile, check_scopes};
use super::{Access, AccessError, Secret};

/// An account as another system kept it.
#[derive(Clone, Debug)]
pub struct ImportedStaff {
    /// Name and address.
    pub profile: StaffProfile,
    /// An argon2id or bcrypt hash, as PHP, Python, Node and Rust write them.
    pub password_hash: Secret,
    /// What it may do.
    pub scopes: Scopes,
}

impl Access {
    /// Whether an account can be taken over.
    ///
    /// # Errors
    /// A field breaks a rule, or the seller has an account with this address.
    pub async fn check_import(
        &self,
        tenant: TenantId,
        account: &ImportedStaff,
    ) -> Result<(), AccessError> {
        check_profile(&account.profile)?;
        check_scopes(account.scopes)?;
        let hash = account.password_hash.reveal();
        if self.parts.passwords.check(hash).is_err() {
            let detail = "give an argon2id hash, or a bcrypt hash of cost 10 to 14";
            return Err(AccessError::Malformed { field: "/password_hash", detail });
        }
        let now = self.parts.clock.now();
        let address = self.parts.vault.sign_in_index(&account.profile.email, now).await?;
        let accounts = self.parts.staff.accounts_of(&address).await?;
        if accounts.iter().any(|known| known.tenant == tenant) {
            return Err(AccessError::Taken);
        }
        Ok(())
    }

    /// Takes an account over.
    ///
    /// # Errors
    /// As [`Access::check_import`].
    pub async fn import_staff(
        &self,
        tenant: TenantId,
        account: &ImportedStaff,
    ) -> Result<StaffId, AccessError> {
        self.check_import(tenant, account).await?;
        let hash = account.password_hash.reveal().to_owned();
        self.insert_staff(tenant, &account.profile, hash, account.scopes).await
    }
}
