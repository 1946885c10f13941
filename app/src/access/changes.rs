//! What is written into the log about changed ways in: a password, a second step, a passkey.
//!
//! Guarantees: what is noted says that something changed and by whom, never a secret. The change is
//! made first; a note that the log does not take is an error to whoever asked, who then knows that
//! something has to be looked at.

use billfold_domain::kernel::{Actor, BlindIndex, SignInId, TenantId};
use billfold_domain::sign_in::{MeansChange, SignIn, SignInCommand};
use uuid::Uuid;

use super::identity::Identity;
use super::mail::Errand;
use super::note::DOORKEEPER;
use super::owner::Owner;
use super::{Access, AccessError};
use crate::commands::sign_ins::NoteSignIn;
use crate::commands::{Ask, RequestOrigin};
use crate::ports::Holder;

impl Access {
    /// The stream in which is noted what happened at the door of whoever asks.
    ///
    /// # Errors
    /// `NotValid` for an API key; the database does not answer.
    pub async fn own_sign_ins(&self, who: &Identity) -> Result<SignInId, AccessError> {
        let row = self.own_staff(who).await?;
        Ok(SignIn::id_of(row.tenant, &row.email_index))
    }

    /// Notes that a way into an account changed. `which` names a passkey or an identity provider,
    /// which only staff have.
    pub(super) async fn note_change(
        &self,
        account: impl Into<Owner>,
        by: Actor,
        what: MeansChange,
        which: Option<String>,
        origin: &RequestOrigin,
    ) -> Result<(), AccessError> {
        let account = account.into();
        let what = match account.holder {
            Holder::Staff(staff_id) => SignInCommand::ChangeMeans { staff_id, what, which },
            Holder::Client(client_id) => SignInCommand::ChangeClientMeans { client_id, what },
        };
        self.note(account.tenant, &account.email_index, Some(by), origin, what).await
    }

    /// Notes that the password of an account is another one, and tells its owner by mail.
    pub(super) async fn tell_of_password(
        &self,
        account: impl Into<Owner>,
        by: Actor,
        what: MeansChange,
        origin: &RequestOrigin,
    ) -> Result<(), AccessError> {
        let account = account.into();
        self.note_change(&account, by, what, None, origin).await?;
        let news = Errand::password_changed(account.tenant, account.holder, self.parts.clock.now());
        self.mail_if_possible(&news).await;
        Ok(())
    }

    /// Notes something once, however often it is asked for under the same id.
    pub(super) async fn note_once(
        &self,
        id: Uuid,
        tenant: TenantId,
        address: &BlindIndex,
        origin: &RequestOrigin,
        what: SignInCommand,
    ) -> Result<(), AccessError> {
        let actor = Actor::system(DOORKEEPER).map_err(crate::Error::bug);
        let actor = actor.map_err(AccessError::Log)?;
        self.note_once_by(actor, id, tenant, address, origin, what).await
    }

    /// The same by somebody who is known.
    pub(super) async fn note_once_by(
        &self,
        actor: Actor,
        id: Uuid,
        tenant: TenantId,
        address: &BlindIndex,
        origin: &RequestOrigin,
        what: SignInCommand,
    ) -> Result<(), AccessError> {
        let key = format!("sign-in:{id}");
        let note = NoteSignIn { sign_in_id: SignIn::id_of(tenant, address), what };
        let ask = Ask::new(tenant, actor, key, note).from_origin(origin.clone());
        self.parts.door.execute(ask).await.map_err(AccessError::Log)?;
        Ok(())
    }
}
