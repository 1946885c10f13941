//! Members of staff and how they sign in: the log says who works here and what they may do, a table
//! beside it keeps the hash of their password.
//!
//! Guarantees: the log first. A crash in between leaves somebody who cannot sign in yet, and asking
//! again with the same key mends it.

use billfold_domain::kernel::{StaffId, TenantId};
use billfold_domain::role::{Rights, SystemRole};
use billfold_domain::sign_in::{EndOfSession, MeansChange};
use billfold_domain::staff::StaffProfile;

use super::by::By;
use super::mail::Errand;
use super::password::check_password;
use super::{Access, AccessError, Secret};
use crate::commands::roles::must_cover;
use crate::commands::staff::{
    AddStaff, ChangeStaff, EraseStaff, ResumeStaff, StaffAdded, StopStaff,
};
use crate::commands::{Ask, Done, RequestOrigin};
use crate::mint;
use crate::ports::{Ending, StaffRow};

impl Access {
    /// Adds a member of staff who signs in with a password of 10 to 256 characters.
    ///
    /// # Errors
    /// A field breaks a rule, the address belongs to somebody, or the actor may not give a role.
    pub async fn add_staff(
        &self,
        ask: Ask<AddStaff>,
        password: &Secret,
    ) -> Result<Done<StaffAdded>, AccessError> {
        let StaffProfile { name, email, .. } = &ask.command.profile;
        check_password(password.reveal(), &[name.as_str(), email.as_str()])?;
        let password_hash = self.parts.passwords.hash(password.reveal()).await?;
        self.add_with_hash(ask, password_hash).await
    }

    pub(super) async fn add_with_hash(
        &self,
        ask: Ask<AddStaff>,
        password_hash: String,
    ) -> Result<Done<StaffAdded>, AccessError> {
        let (tenant, email) = (ask.tenant, ask.command.profile.email.clone());
        let done = self.parts.door.execute(ask).await?;
        let id = done.answer.staff_id;
        let now = self.parts.clock.now();
        let email_index = self.parts.vault.sign_in_index(&email, now).await?;
        let row =
            StaffRow { tenant, id, email_index, password_hash, created_at: now, disabled_at: None };
        self.parts.staff.put(&row).await?;
        self.mail_if_possible(&Errand::prove_address(tenant, id)).await;
        Ok(done)
    }

    /// Adds somebody who may do everything, on the word of whoever runs the program.
    ///
    /// # Errors
    /// As `add_staff`.
    pub async fn add_admin(
        &self,
        tenant: TenantId,
        profile: StaffProfile,
        password: &Secret,
    ) -> Result<StaffId, AccessError> {
        let roles = vec![SystemRole::Admin.id(tenant)];
        let add = AddStaff { profile, roles, held: Rights::full() };
        let key = mint::uuid_v7(self.parts.clock.now()).to_string();
        let by = By::command_line()?.actor;
        let done = self.add_staff(Ask::new(tenant, by, key, add), password).await?;
        Ok(done.answer.staff_id)
    }

    /// Says anew who a member of staff is. Another address is the one they sign in with next, and
    /// ends their sessions.
    ///
    /// # Errors
    /// A field breaks a rule, the address belongs to somebody else, or they may do more than
    /// `held`.
    pub async fn change_staff(
        &self,
        ask: Ask<ChangeStaff>,
        held: Rights,
    ) -> Result<Done<()>, AccessError> {
        let (tenant, id) = (ask.tenant, ask.command.staff_id);
        must_cover(&self.parts.door, tenant, held, id).await?;
        let email = ask.command.profile.email.clone();
        let done = self.parts.door.execute(ask).await?;
        let index = self.parts.vault.sign_in_index(&email, self.parts.clock.now()).await?;
        let before = self.parts.staff.find(tenant, id).await?;
        self.parts.staff.move_to(tenant, id, &index).await?;
        if before.is_some_and(|before| before.email_index != index) {
            // Who held the old address may be signed in, and is not the one who signs in next.
            let which = Ending::All(id.into());
            self.end(tenant, which, EndOfSession::Revoked, &RequestOrigin::default()).await?;
            self.mail_if_possible(&Errand::prove_address(tenant, id)).await;
        }
        Ok(done)
    }

    /// Replaces a password and ends the sessions of its owner, at every seller; false when the
    /// account is unknown.
    ///
    /// # Errors
    /// The password breaks a rule, its owner may do more than whoever asks, or the database does
    /// not answer.
    pub async fn set_password(
        &self,
        tenant: TenantId,
        by: &By,
        id: StaffId,
        password: &Secret,
    ) -> Result<bool, AccessError> {
        check_password(password.reveal(), &[])?;
        must_cover(&self.parts.door, tenant, by.held, id).await?;
        let Some(row) = self.parts.staff.find(tenant, id).await? else { return Ok(false) };
        let hash = self.parts.passwords.hash(password.reveal()).await?;
        let known = self.parts.staff.set_password(tenant, id, &hash).await?;
        // A session at another seller may have been opened by the old password and switch here.
        for account in self.parts.staff.accounts_of(&row.email_index).await? {
            let (which, how) = (Ending::All(account.staff.into()), EndOfSession::PasswordReplaced);
            self.end(account.tenant, which, how, &by.origin).await?;
        }
        let (actor, what) = (by.actor.clone(), MeansChange::PasswordSet);
        self.tell_of_password(&row, actor, what, &by.origin).await?;
        Ok(known)
    }

    /// Lets somebody in no longer, takes their roles and ends their sessions.
    ///
    /// # Errors
    /// They are unknown, stopped already or the last admin, or may do more than `held`.
    pub async fn stop_staff(
        &self,
        ask: Ask<StopStaff>,
        held: Rights,
    ) -> Result<Done<()>, AccessError> {
        let (tenant, id, origin) = (ask.tenant, ask.command.staff_id, ask.origin.clone());
        must_cover(&self.parts.door, tenant, held, id).await?;
        let done = self.parts.door.execute(ask).await?;
        self.parts.staff.disable(tenant, id, self.parts.clock.now()).await?;
        self.end(tenant, Ending::All(id.into()), EndOfSession::AccountStopped, &origin).await?;
        Ok(done)
    }

    /// Lets somebody in again, with the password they had; their roles are given anew.
    ///
    /// # Errors
    /// They are unknown, or were not stopped.
    pub async fn resume_staff(&self, ask: Ask<ResumeStaff>) -> Result<Done<()>, AccessError> {
        let (tenant, id) = (ask.tenant, ask.command.staff_id);
        let done = self.parts.door.execute(ask).await?;
        self.parts.staff.enable(tenant, id).await?;
        Ok(done)
    }

    /// Forgets who somebody was who was stopped, and every way in they had.
    ///
    /// # Errors
    /// They are unknown, or were not stopped.
    pub async fn erase_staff(&self, ask: Ask<EraseStaff>) -> Result<Done<()>, AccessError> {
        Ok(self.parts.door.execute(ask).await?)
    }
}
