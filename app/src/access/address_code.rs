//! Whether the mail address of an account reaches its owner (AUT-04, API-013).
//!
//! Guarantees: a new or changed address is not proved; a code goes to the address that the account
//! has, works once, within a day, and proves that address alone; a mailed code that set a password
//! proves it too. Absent on purpose: keeping people out whose address is not proved, because
//! whoever made the account has vouched for it, or a client pays for what they ask for.

use billfold_domain::kernel::{BlindIndex, ClientId, TenantId};
use billfold_domain::sign_in::MeansChange;
use chrono::{DateTime, Utc};

use super::identity::Identity;
use super::mail::Errand;
use super::owner::Owner;
use super::tries::Trying;
use super::{Access, AccessError, Secret, token};
use crate::commands::RequestOrigin;
use crate::ports::Holder;

impl Access {
    /// Since when the address of whoever asks is proved.
    ///
    /// # Errors
    /// `NotValid` for an API key; the database does not answer.
    pub async fn address_proved_since(
        &self,
        who: &Identity,
    ) -> Result<Option<DateTime<Utc>>, AccessError> {
        match who.holder().ok_or(AccessError::NotValid)?.0 {
            Holder::Client(client) => self.client_address_proved_since(who.tenant, client).await,
            staff => Ok(self.parts.address_codes.proved_since(who.tenant, staff).await?),
        }
    }

    /// Since when the address that a client's contact has now is proved; nothing for a client who
    /// has no account.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn client_address_proved_since(
        &self,
        tenant: TenantId,
        client: ClientId,
    ) -> Result<Option<DateTime<Utc>>, AccessError> {
        let Some(row) = self.parts.clients.find(tenant, client).await? else { return Ok(None) };
        let now = self.index_of_client(tenant, client).await?;
        Ok(row.email_verified_at.filter(|_| now.as_ref() == Some(&row.email_index)))
    }

    /// Sends a code to the address of whoever asks.
    ///
    /// # Errors
    /// `NoMail`, `AskedTooOften`; `NotValid` for an API key.
    pub async fn send_address_code(
        &self,
        who: &Identity,
        origin: &RequestOrigin,
    ) -> Result<(), AccessError> {
        let row = self.own_now(who).await?;
        if !self.sends_mail() {
            return Err(AccessError::NoMail);
        }
        let begun = self.begin_try(Trying::Asking, &row.email_index, origin.ip).await?;
        begun.map_err(|retry_after| AccessError::AskedTooOften { retry_after })?;
        self.mail(&Errand::prove_address(row.tenant, row.holder)).await
    }

    /// Proves the address of whoever asks by a code.
    ///
    /// # Errors
    /// `WrongCode` or `Slowed`.
    pub async fn prove_address(
        &self,
        who: &Identity,
        code: &Secret,
        origin: &RequestOrigin,
    ) -> Result<(), AccessError> {
        let row = self.own_now(who).await?;
        let now = self.parts.clock.now();
        let trying = Trying::to_enter(row.holder);
        let begun = self.begin_try(trying, &row.email_index, origin.ip).await?;
        let tried = begun.map_err(|retry_after| AccessError::Slowed { retry_after })?;
        let read = token::read_address_code(code.reveal());
        let (tenant, hash) = read.ok_or(AccessError::WrongCode)?;
        if tenant != row.tenant {
            return Err(AccessError::WrongCode);
        }
        if !self.parts.address_codes.take(tenant, row.holder, &hash, now).await? {
            return Err(AccessError::WrongCode);
        }
        self.undo_try(&tried).await;
        let (by, what) = (row.holder.actor(), MeansChange::AddressVerified);
        self.note_change(&row, by, what, None, origin).await
    }

    /// A code that was mailed and then used reached the owner of its address, which is proved by
    /// that unless the account has another one by now.
    pub(super) async fn proved_by_mail(
        &self,
        account: &Owner,
        mailed_to: Option<BlindIndex>,
        origin: &RequestOrigin,
    ) -> Result<(), AccessError> {
        let Some(address) = mailed_to else { return Ok(()) };
        let (tenant, holder, now) = (account.tenant, account.holder, self.parts.clock.now());
        if !self.parts.address_codes.prove(tenant, holder, &address, now).await? {
            return Ok(());
        }
        self.note_change(account, holder.actor(), MeansChange::AddressVerified, None, origin).await
    }

    /// The account of whoever asks, at the address it has now; a key has none.
    async fn own_now(&self, who: &Identity) -> Result<Owner, AccessError> {
        let (holder, _) = who.holder().ok_or(AccessError::NotValid)?;
        self.owner_now(who.tenant, holder).await?.ok_or(AccessError::NotValid)
    }
}
