//! Accounts that another system kept, taken over with the hashes of their passwords.
//!
//! Guarantees: nobody learns a password, and nobody needs a new one; a hash that could not be
//! verified here is refused beforehand; a second run adds nothing. A hash that is not as good as
//! our own is replaced at the next sign-in.

use billfold_domain::kernel::{Actor, RoleId, StaffId, TenantId};
use billfold_domain::role::Rights;
use billfold_domain::staff::{StaffEvent, StaffProfile};

use super::{Access, AccessError, Secret};
use crate::commands::Ask;
use crate::commands::staff::AddStaff;
use crate::error::{Error, Refused};
use crate::mint;

/// An account as another system kept it.
#[derive(Clone, Debug)]
pub struct ImportedStaff {
    /// Name and address.
    pub profile: StaffProfile,
    /// An argon2id or bcrypt hash, as PHP, Python, Node and Rust write them.
    pub password_hash: Secret,
    /// What they may do; at least one.
    pub roles: Vec<RoleId>,
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
        account.profile.check().map_err(|invalid| Error::from(Refused::of(&invalid)))?;
        if account.roles.is_empty() {
            let detail = "choose at least one role";
            return Err(AccessError::Malformed { field: "/roles", detail });
        }
        self.check_hash(&account.password_hash)?;
        let now = self.parts.clock.now();
        let address = self.parts.vault.sign_in_index(&account.profile.email, now).await?;
        let accounts = self.parts.staff.accounts_of(&address).await?;
        if accounts.iter().any(|known| known.tenant == tenant) {
            return Err(AccessError::Taken);
        }
        Ok(())
    }

    /// Takes an account over, on the word of whoever runs the program.
    ///
    /// # Errors
    /// As [`Access::check_import`].
    pub async fn import_staff(
        &self,
        tenant: TenantId,
        account: &ImportedStaff,
    ) -> Result<StaffId, AccessError> {
        self.check_import(tenant, account).await?;
        let (profile, roles) = (account.profile.clone(), account.roles.clone());
        let add = AddStaff { profile, roles, held: Rights::full() };
        let by = Actor::import("staff").map_err(Error::bug)?;
        let key = mint::uuid_v7(self.parts.clock.now()).to_string();
        let hash = account.password_hash.reveal().to_owned();
        match self.add_with_hash(Ask::new(tenant, by, key, add), hash).await {
            Ok(done) => Ok(done.answer.staff_id),
            Err(error) if error.code() == StaffEvent::EMAIL_TAKEN => Err(AccessError::Taken),
            Err(error) => Err(error),
        }
    }

    /// Refuses a hash that could not be verified here.
    pub(super) fn check_hash(&self, hash: &Secret) -> Result<(), AccessError> {
        let detail = "give an argon2id hash, or a bcrypt hash of cost 10 to 14";
        let refused = |_| AccessError::Malformed { field: "/password_hash", detail };
        self.parts.passwords.check(hash.reveal()).map_err(refused)
    }
}
