//! Whether the mail address of an account reaches its owner (AUT-04).
//!
//! Guarantees: a new or changed address is not proved; a code goes to the address that the account
//! has, works once, within a day, and proves that address alone. Absent on purpose: keeping people
//! out whose address is not proved, because a colleague who may has vouched for it.

use chrono::{DateTime, Utc};

use billfold_domain::kernel::Actor;
use billfold_domain::sign_in::MeansChange;

use super::identity::Identity;
use super::mail::Errand;
use super::tries::Trying;
use super::{Access, AccessError, Secret, token};
use crate::commands::RequestOrigin;

impl Access {
    /// Since when the address of whoever asks is proved.
    ///
    /// # Errors
    /// `NotValid` for an API key; the database does not answer.
    pub async fn address_proved_since(
        &self,
        who: &Identity,
    ) -> Result<Option<DateTime<Utc>>, AccessError> {
        let (staff, _) = who.person().ok_or(AccessError::NotValid)?;
        Ok(self.parts.address_codes.proved_since(who.tenant, staff).await?)
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
        let row = self.own_staff(who).await?;
        if !self.sends_mail() {
            return Err(AccessError::NoMail);
        }
        let begun = self.begin_try(Trying::Asking, &row.email_index, origin.ip).await?;
        begun.map_err(|retry_after| AccessError::AskedTooOften { retry_after })?;
        self.mail(&Errand::prove_address(row.tenant, row.id)).await
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
        let row = self.own_staff(who).await?;
        let now = self.parts.clock.now();
        let begun = self.begin_try(Trying::SignIn, &row.email_index, origin.ip).await?;
        let tried = begun.map_err(|retry_after| AccessError::Slowed { retry_after })?;
        let read = token::read_address_code(code.reveal());
        let (tenant, hash) = read.ok_or(AccessError::WrongCode)?;
        if tenant != row.tenant {
            return Err(AccessError::WrongCode);
        }
        if !self.parts.address_codes.take(tenant, row.id, &hash, now).await? {
            return Err(AccessError::WrongCode);
        }
        self.undo_try(&tried).await;
        let (by, what) = (Actor::Staff(row.id), MeansChange::AddressVerified);
        self.note_change(&row, by, what, None, origin).await
    }
}
