//! Forgotten passwords: a code that sets a new one, once, within an hour (AUT-05).
//!
//! Guarantees: a code names its seller and opens one account; a newer one takes its place; a new
//! password ends every session of its owner, who is told by mail. A code that was mailed proves the
//! address it went to. The second step stays as it is.
//! Absent on purpose: asking for a code by address, which `forgotten` does.

use billfold_domain::kernel::TenantId;
use billfold_domain::sign_in::MeansChange;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::by::By;
use super::password::check_password;
use super::sign_in::taken;
use super::token::{self, Secret};
use super::{Access, AccessError};
use crate::commands::RequestOrigin;
use crate::commands::roles::must_cover;
use crate::ports::{Holder, ResetCodeRow, StaffRow, TakenResetCode};

/// How long a code lasts.
const CODE: TimeDelta = TimeDelta::hours(1);

impl Access {
    /// Makes a code for the account of an address at a seller; nothing when there is no such one or
    /// it was stopped. Also answers when the code ends.
    ///
    /// # Errors
    /// The owner may do more than whoever asks, or the database does not answer.
    pub async fn reset_code(
        &self,
        tenant: TenantId,
        by: &By,
        email: &str,
    ) -> Result<Option<(Secret, DateTime<Utc>)>, AccessError> {
        let now = self.parts.clock.now();
        let Some(row) = self.live_account(tenant, email).await? else { return Ok(None) };
        must_cover(&self.parts.door, tenant, by.held, row.id).await?;
        let holder = Holder::Staff(row.id);
        let (code, code_hash) = token::new_reset_code(tenant);
        let expires_at = now + CODE;
        // Whoever made it hands it over.
        let mailed_to = None;
        let stored =
            ResetCodeRow { tenant, holder, mailed_to, code_hash, created_at: now, expires_at };
        self.parts.reset_codes.put(&stored).await?;
        let (actor, what) = (by.actor.clone(), MeansChange::ResetCodeMade);
        self.note_change(&row, actor, what, None, &by.origin).await?;
        Ok(Some((code, expires_at)))
    }

    /// Takes the second step of an account away whose owner lost authenticator and recovery codes;
    /// false when there was none. For whoever runs the installation, not for colleagues.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn drop_second_factor(
        &self,
        tenant: TenantId,
        by: &By,
        email: &str,
    ) -> Result<bool, AccessError> {
        let Some(row) = self.live_account(tenant, email).await? else { return Ok(false) };
        let removed = self.parts.second_factors.remove(tenant, row.id.into()).await?;
        self.passes.drop_all();
        if removed {
            let (actor, what) = (by.actor.clone(), MeansChange::SecondStepDropped);
            self.note_change(&row, actor, what, None, &by.origin).await?;
        }
        Ok(removed)
    }

    /// The account of an address at a seller, unless it was stopped.
    async fn live_account(
        &self,
        tenant: TenantId,
        email: &str,
    ) -> Result<Option<StaffRow>, AccessError> {
        let address = self.parts.vault.sign_in_index(email, self.parts.clock.now()).await?;
        let accounts = self.parts.staff.accounts_of(&address).await?;
        let Some(account) = accounts.iter().find(|account| account.tenant == tenant) else {
            return Ok(None);
        };
        let row = self.parts.staff.find(tenant, account.staff).await?;
        Ok(row.filter(|row| row.disabled_at.is_none()))
    }

    /// Sets a new password by a code, which is spent.
    ///
    /// # Errors
    /// `NotValid` when the code is unknown, past its end or was used; the password breaks a rule.
    pub async fn reset_password(
        &self,
        code: &Secret,
        password: &Secret,
        origin: &RequestOrigin,
    ) -> Result<(), AccessError> {
        check_password(password.reveal(), &[])?;
        let begun = Instant::now();
        taken(begun, self.replace_by_code(code, password, origin).await).await
    }

    async fn replace_by_code(
        &self,
        code: &Secret,
        password: &Secret,
        origin: &RequestOrigin,
    ) -> Result<(), AccessError> {
        let (tenant, hash) = token::read_reset_code(code.reveal()).ok_or(AccessError::NotValid)?;
        let now = self.parts.clock.now();
        let taken = self.parts.reset_codes.take(tenant, &hash, now).await?;
        let TakenResetCode { holder, mailed_to } = taken.ok_or(AccessError::NotValid)?;
        let owner = match holder {
            Holder::Client(client) => self.accept(tenant, client, password).await?,
            Holder::Staff(staff) => {
                let row = self.parts.staff.find(tenant, staff).await?;
                let row = row.filter(|row| row.disabled_at.is_none());
                let row = row.ok_or(AccessError::NotValid)?;
                let new = self.parts.passwords.hash(password.reveal()).await?;
                self.parts.staff.set_password(tenant, staff, &new).await?;
                row.into()
            }
        };
        self.end_by_new_password(&owner, None, origin).await?;
        self.tell_of_password(&owner, holder.actor(), MeansChange::PasswordReset, origin).await?;
        self.proved_by_mail(&owner, mailed_to, origin).await
    }
}
