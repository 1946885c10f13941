//! What is written into the log about sign-ins: every attempt, and every session that was ended.
//!
//! Guarantees: an attempt is answered only once it is noted; nothing that is noted tells an
//! address. An attempt for an address without an account is noted at the seller that the request
//! names; if it names none, or one that does not exist, at the oldest seller of the installation.

use billfold_domain::kernel::{Actor, BlindIndex, SessionId, TenantId};
use billfold_domain::sign_in::{EndOfSession, SignIn, SignInCommand, SignInRefused};

use super::{Access, AccessError};
use crate::commands::sign_ins::NoteSignIn;
use crate::commands::{Ask, RequestOrigin};
use crate::mint;
use crate::ports::{Ending, Holder, SessionRef};

/// Sessions that end in one event append.
const AT_ONCE: usize = 1_000;
/// Who notes that nobody came in.
pub(super) const DOORKEEPER: &str = "sign_in";

impl Access {
    /// Notes something at an address, by the doorkeeper if by nobody who is known.
    pub(super) async fn note(
        &self,
        tenant: TenantId,
        address: &BlindIndex,
        by: Option<Actor>,
        origin: &RequestOrigin,
        what: SignInCommand,
    ) -> Result<(), AccessError> {
        let actor = match by {
            Some(actor) => actor,
            None => {
                Actor::system(DOORKEEPER).map_err(crate::Error::bug).map_err(AccessError::Log)?
            }
        };
        let key = format!("sign-in:{}", mint::uuid_v7(self.parts.clock.now()));
        let note = NoteSignIn { sign_in_id: SignIn::id_of(tenant, address), what };
        let ask = Ask::new(tenant, actor, key, note).from_origin(origin.clone());
        self.parts.door.execute(ask).await.map_err(AccessError::Log)?;
        Ok(())
    }

    /// Where an attempt is noted that fits no account.
    pub(super) async fn place_of_unknown(
        &self,
        named: Option<TenantId>,
    ) -> Result<Option<TenantId>, AccessError> {
        if let Some(tenant) = named {
            match self.parts.door.settings(tenant).await {
                Ok(_) => return Ok(Some(tenant)),
                Err(crate::Error::NotFound(_) | crate::Error::Refused(_)) => {}
                Err(error) => return Err(AccessError::Log(error)),
            }
        }
        self.parts.door.first_seller().await.map_err(AccessError::Log)
    }

    /// Ends sessions and notes it; answers how many.
    pub(super) async fn end(
        &self,
        tenant: TenantId,
        which: Ending<'_>,
        how: EndOfSession,
        origin: &RequestOrigin,
    ) -> Result<usize, AccessError> {
        let ended = self.parts.sessions.end(tenant, which).await?;
        match which {
            Ending::One(SessionRef::Token(hash)) => self.passes.drop_one(hash),
            _ => self.passes.drop_all(),
        }
        let Some((_, holder)) = ended.first().copied() else { return Ok(0) };
        let Some(owner) = self.owner(tenant, holder).await? else {
            return Ok(ended.len());
        };
        let ids: Vec<SessionId> = ended.iter().map(|(id, _)| *id).collect();
        for sessions in ids.chunks(AT_ONCE) {
            let what = SignInCommand::End { sessions: sessions.to_vec(), how };
            self.note(tenant, &owner.email_index, Some(holder.actor()), origin, what).await?;
        }
        Ok(ended.len())
    }
}

/// That nobody came in, to be noted.
pub(super) fn refused(
    holder: Option<Holder>,
    reason: SignInRefused,
    slowed: bool,
) -> SignInCommand {
    let (staff_id, client_id) = (holder.and_then(Holder::staff), holder.and_then(Holder::client));
    SignInCommand::Refuse { staff_id, client_id, reason, slowed }
}
