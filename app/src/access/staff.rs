//! Accounts of staff: made, listed, given a new password, stopped.

use billfold_domain::kernel::text::check_line;
use billfold_domain::kernel::{KeyClass, Pii, StaffId, SubjectId, TenantId};
use billfold_domain::sign_in::EndOfSession;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::scope::Scopes;
use super::{Access, AccessError};
use crate::commands::RequestOrigin;
use crate::mint;
use crate::ports::{Ending, StaffRow, StoreFailure};
use crate::vault::{Opened, Wanted};

/// The sealed part of an account.
pub(super) const FIELD: &str = "staff.profile";
const SHORTEST_PASSWORD: usize = 10;
const LONGEST_PASSWORD: usize = 256;

/// Name and address of a member of staff, sealed in the table.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffProfile {
    /// What colleagues call them.
    pub name: String,
    /// Where they sign in from.
    pub email: String,
}

impl std::fmt::Debug for StaffProfile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StaffProfile")
    }
}

/// An account to make.
#[derive(Clone, Debug)]
pub struct NewStaff {
    /// Name and address.
    pub profile: StaffProfile,
    /// The password in clear; 10 to 256 characters.
    pub password: super::Secret,
    /// What it may do.
    pub scopes: Scopes,
}

/// An account as it is listed.
#[derive(Clone, Debug)]
pub struct StaffMember {
    /// Its id.
    pub id: StaffId,
    /// Name and address; gone once erased.
    pub profile: Opened<StaffProfile>,
    /// What it may do.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Since when it may no longer sign in.
    pub disabled_at: Option<DateTime<Utc>>,
}

impl Access {
    /// Makes an account.
    ///
    /// # Errors
    /// A field breaks a rule, or the tenant has an account with this address.
    pub async fn add_staff(
        &self,
        tenant: TenantId,
        new: &NewStaff,
    ) -> Result<StaffId, AccessError> {
        check(new)?;
        let hash = self.parts.passwords.hash(new.password.reveal()).await?;
        self.insert_staff(tenant, &new.profile, hash, new.scopes).await
    }

    pub(super) async fn insert_staff(
        &self,
        tenant: TenantId,
        profile: &StaffProfile,
        password_hash: String,
        scopes: Scopes,
    ) -> Result<StaffId, AccessError> {
        let now = self.parts.clock.now();
        let id = StaffId::new(mint::uuid_v7(now));
        let subject = SubjectId::new(id.uuid());
        let wanted = Wanted { subject, class: KeyClass::Operational, retain_until: None };
        let ring = self.parts.vault.ring_to_seal(tenant, &[wanted], now).await?;
        let sealed = ring.seal(subject, KeyClass::Operational, FIELD, profile)?;
        let row = StaffRow {
            tenant,
            id,
            email_index: self.parts.vault.sign_in_index(&profile.email, now).await?,
            profile: serde_json::to_value(&sealed).map_err(|_| corrupt())?,
            password_hash,
            scopes: scopes.words(),
            created_at: now,
            disabled_at: None,
        };
        if self.parts.staff.add(&row).await? { Ok(id) } else { Err(AccessError::Taken) }
    }

    /// Makes the first account of a tenant, with all permissions. Answers `None` when the tenant
    /// has accounts.
    ///
    /// # Errors
    /// As `add_staff`.
    pub async fn first_admin(
        &self,
        tenant: TenantId,
        profile: StaffProfile,
        password: super::Secret,
    ) -> Result<Option<StaffId>, AccessError> {
        if !self.parts.staff.list(tenant).await?.is_empty() {
            return Ok(None);
        }
        let new = NewStaff { profile, password, scopes: Scopes::admin() };
        match self.add_staff(tenant, &new).await {
            Ok(id) => Ok(Some(id)),
            Err(AccessError::Taken) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether any account exists in any tenant: until then, only a first account can be made.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn has_accounts(&self) -> Result<bool, AccessError> {
        Ok(self.parts.staff.any().await?)
    }

    /// The accounts of a tenant, oldest first.
    ///
    /// # Errors
    /// The database or the key table does not answer.
    pub async fn list_staff(&self, tenant: TenantId) -> Result<Vec<StaffMember>, AccessError> {
        let rows = self.parts.staff.list(tenant).await?;
        let sealed = rows
            .iter()
            .map(|row| serde_json::from_value(row.profile.clone()).map_err(|_| corrupt()))
            .collect::<Result<Vec<Pii<StaffProfile>>, _>>()?;
        let sealed: Vec<&Pii<StaffProfile>> = sealed.iter().collect();
        let profiles = self.parts.vault.open_all(tenant, FIELD, &sealed).await?;
        let member = |(row, profile): (StaffRow, _)| StaffMember {
            id: row.id,
            profile,
            scopes: Scopes::from_words(&row.scopes),
            created_at: row.created_at,
            disabled_at: row.disabled_at,
        };
        Ok(rows.into_iter().zip(profiles).map(member).collect())
    }

    /// Replaces a password and ends the sessions of its owner, at every seller; false when the
    /// account is unknown.
    ///
    /// # Errors
    /// The password breaks a rule, or the database does not answer.
    pub async fn set_password(
        &self,
        tenant: TenantId,
        id: StaffId,
        password: &super::Secret,
    ) -> Result<bool, AccessError> {
        check_password(password.reveal())?;
        let Some(row) = self.parts.staff.find(tenant, id).await? else { return Ok(false) };
        let hash = self.parts.passwords.hash(password.reveal()).await?;
        let known = self.parts.staff.set_password(tenant, id, &hash).await?;
        // A session at another seller may have been opened by the old password and switch here.
        for account in self.parts.staff.accounts_of(&row.email_index).await? {
            let (which, how) = (Ending::All(account.staff), EndOfSession::PasswordReplaced);
            self.end(account.tenant, which, how, &RequestOrigin::default()).await?;
        }
        Ok(known)
    }

    /// Stops an account and ends its sessions; false when it was unknown or stopped already.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn disable_staff(&self, tenant: TenantId, id: StaffId) -> Result<bool, AccessError> {
        let done = self.parts.staff.disable(tenant, id, self.parts.clock.now()).await?;
        let (which, how) = (Ending::All(id), EndOfSession::AccountStopped);
        self.end(tenant, which, how, &RequestOrigin::default()).await?;
        Ok(done)
    }
}

fn check(new: &NewStaff) -> Result<(), AccessError> {
    check_profile(&new.profile)?;
    check_scopes(new.scopes)?;
    check_password(new.password.reveal())
}

pub(super) fn check_profile(profile: &StaffProfile) -> Result<(), AccessError> {
    let refuse = |field, detail| AccessError::Malformed { field, detail };
    check_line("name", &profile.name, 200)
        .map_err(|_| refuse("/name", "give a name of 1 to 200 characters on one line"))?;
    let email = &profile.email;
    let plausible = email.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
    });
    if !plausible || email.chars().any(|c| c.is_whitespace() || c.is_control()) || email.len() > 254
    {
        return Err(refuse("/email", "give an e-mail address of at most 254 characters"));
    }
    Ok(())
}

pub(super) fn check_scopes(scopes: Scopes) -> Result<(), AccessError> {
    if scopes.iter().next().is_some() {
        return Ok(());
    }
    Err(AccessError::Malformed { field: "/scopes", detail: "choose at least one scope" })
}

pub(super) fn check_password(password: &str) -> Result<(), AccessError> {
    let length = password.chars().count();
    if (SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&length) {
        return Ok(());
    }
    let detail = "choose a password of 10 to 256 characters";
    Err(AccessError::Malformed { field: "/password", detail })
}

fn corrupt() -> StoreFailure {
    StoreFailure::Corrupt { what: "staff.profile is not a sealed field" }
}
