//! Forgotten passwords, asked for by address (AUT-05).
//!
//! Guarantees: the answer, and what is done before it, are the same for every address, so that
//! neither tells who has an account: the asking is queued, and looked at afterwards. An address and
//! a network may ask so often, and then wait. Absent on purpose: the code, which goes to the
//! address alone and is used as any other ([`Access::reset_password`]).

use billfold_domain::kernel::TenantId;

use super::mail::Errand;
use super::tries::Trying;
use super::{Access, AccessError};
use crate::commands::RequestOrigin;

impl Access {
    /// Asks for a code for the accounts of an address, at the seller that is named if one is.
    ///
    /// # Errors
    /// `NoMail` where the installation sends none, `AskedTooOften`; both say nothing of the
    /// address.
    pub async fn ask_reset(
        &self,
        email: &str,
        tenant: Option<TenantId>,
        origin: &RequestOrigin,
    ) -> Result<(), AccessError> {
        if !self.sends_mail() {
            return Err(AccessError::NoMail);
        }
        let now = self.parts.clock.now();
        let address = self.parts.vault.sign_in_index(email, now).await?;
        let begun = self.begin_try(Trying::Asking, &address, origin.ip).await?;
        begun.map_err(|retry_after| AccessError::AskedTooOften { retry_after })?;
        let errand = Errand::ResetAsked {
            email: email.to_owned(),
            tenant: tenant.map(|tenant| tenant.uuid()),
            ip: origin.ip,
            user_agent: origin.user_agent.clone(),
            at: now,
        };
        self.mail(&errand).await
    }
}
