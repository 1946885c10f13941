//! What people see and change of their own account: its sessions and its password.

use std::net::IpAddr;

use billfold_domain::kernel::{Pii, SessionId, TenantId};
use billfold_domain::sign_in::{EndOfSession, MeansChange};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::identity::Identity;
use super::owner::Owner;
use super::password::check_password;
use super::session::is_idle;
use super::tries::Trying;
use super::{Access, AccessError, Secret};
use crate::commands::RequestOrigin;
use crate::ports::{Ending, Holder, SessionKind, StaffRow, StoreFailure};
use crate::vault::field;

/// Where a session began. Personal data: it lies sealed, and is not printed by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionOrigin {
    /// The network address.
    pub address: Option<IpAddr>,
    /// The program.
    pub user_agent: Option<String>,
}

impl std::fmt::Debug for SessionOrigin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionOrigin")
    }
}

/// A session as its owner sees it.
#[derive(Clone, Debug)]
pub struct OwnSession {
    /// Its id.
    pub id: SessionId,
    /// What holds it.
    pub kind: SessionKind,
    /// Where it began; absent if that is not known any more.
    pub origin: Option<SessionOrigin>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was used last, some minutes off.
    pub last_used_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub current: bool,
}

impl Access {
    /// The live sessions of whoever asks, newest first, at most 1,000.
    ///
    /// # Errors
    /// `NotValid` for an API key, which has none; the database or the key table does not answer.
    pub async fn own_sessions(&self, who: &Identity) -> Result<Vec<OwnSession>, AccessError> {
        let (holder, current) = who.holder().ok_or(AccessError::NotValid)?;
        self.live_sessions(who.tenant, holder, Some(current)).await
    }

    /// The live sessions of a member of staff or a client, newest first, at most 1,000.
    ///
    /// # Errors
    /// The database or the key table does not answer.
    pub async fn sessions_of(
        &self,
        tenant: TenantId,
        holder: Holder,
    ) -> Result<Vec<OwnSession>, AccessError> {
        self.live_sessions(tenant, holder, None).await
    }

    async fn live_sessions(
        &self,
        tenant: TenantId,
        holder: Holder,
        current: Option<SessionId>,
    ) -> Result<Vec<OwnSession>, AccessError> {
        let now = self.parts.clock.now();
        let rows = self.parts.sessions.list(tenant, holder, now).await?;
        let mut own = Vec::with_capacity(rows.len());
        for row in rows.into_iter().filter(|row| !is_idle(row, now)) {
            own.push(OwnSession {
                id: row.id,
                kind: row.kind,
                origin: self.origin_of(tenant, row.origin).await?,
                created_at: row.created_at,
                last_used_at: row.last_used_at.unwrap_or(row.created_at),
                expires_at: row.expires_at,
                current: Some(row.id) == current,
            });
        }
        Ok(own)
    }

    async fn origin_of(
        &self,
        tenant: TenantId,
        sealed: Option<serde_json::Value>,
    ) -> Result<Option<SessionOrigin>, AccessError> {
        let Some(sealed) = sealed else { return Ok(None) };
        let what = "sessions.origin is not a sealed field";
        let sealed: Pii<SessionOrigin> =
            serde_json::from_value(sealed).map_err(|_| StoreFailure::Corrupt { what })?;
        Ok(self.parts.vault.open(tenant, field::SESSION_ORIGIN, &sealed).await?.clear())
    }

    /// The account of the member of staff who asks; a key and a client have none.
    pub(super) async fn own_staff(&self, who: &Identity) -> Result<StaffRow, AccessError> {
        let (staff, _) = who.person().ok_or(AccessError::NotValid)?;
        self.parts.staff.find(who.tenant, staff).await?.ok_or(AccessError::NotValid)
    }

    /// Ends one of one's own sessions; false when there is no such one.
    ///
    /// # Errors
    /// As [`Access::own_sessions`].
    pub async fn end_own(
        &self,
        who: &Identity,
        session: SessionId,
        origin: &RequestOrigin,
    ) -> Result<bool, AccessError> {
        let (holder, current) = who.holder().ok_or(AccessError::NotValid)?;
        let how = if session == current { EndOfSession::SignedOut } else { EndOfSession::Revoked };
        let which = Ending::Own(holder, session);
        Ok(self.end(who.tenant, which, how, origin).await? > 0)
    }

    /// Ends all of one's own sessions at this seller but the one that asks; answers how many.
    ///
    /// # Errors
    /// As [`Access::own_sessions`].
    pub async fn end_others(
        &self,
        who: &Identity,
        origin: &RequestOrigin,
    ) -> Result<usize, AccessError> {
        let (holder, current) = who.holder().ok_or(AccessError::NotValid)?;
        let which = Ending::AllBut(holder, current);
        self.end(who.tenant, which, EndOfSession::Revoked, origin).await
    }

    /// Replaces one's own password, if the old one is right, and ends every other session that it
    /// opened, at every seller.
    ///
    /// # Errors
    /// `WrongPassword` or `Slowed` for a wrong old one; the new one breaks a rule.
    pub async fn change_password(
        &self,
        who: &Identity,
        old: &Secret,
        new: &Secret,
        origin: &RequestOrigin,
    ) -> Result<(), AccessError> {
        let (holder, current) = who.holder().ok_or(AccessError::NotValid)?;
        check_password(new.reveal(), &[])?;
        let row = self.owner(who.tenant, holder).await?.ok_or(AccessError::NotValid)?;
        self.prove(&row, old, origin).await?;
        let hash = self.parts.passwords.hash(new.reveal()).await?;
        self.set_hash(&row, &hash).await?;
        self.end_by_new_password(&row, Some(current), origin).await?;
        let by = holder.actor();
        self.tell_of_password(&row, by, MeansChange::PasswordReplaced, origin).await
    }

    /// Ends every session that the old password of an account opened, at every seller, but one of
    /// the account itself.
    pub(super) async fn end_by_new_password(
        &self,
        row: &Owner,
        but: Option<SessionId>,
        origin: &RequestOrigin,
    ) -> Result<(), AccessError> {
        if let Holder::Client(_) = row.holder {
            let which = match but {
                Some(session) => Ending::AllBut(row.holder, session),
                None => Ending::All(row.holder),
            };
            self.end(row.tenant, which, EndOfSession::PasswordReplaced, origin).await?;
            return Ok(());
        }
        for account in self.parts.staff.accounts_of(&row.email_index).await? {
            let holder = Holder::Staff(account.staff);
            let here = account.tenant == row.tenant && holder == row.holder;
            let which = match but.filter(|_| here) {
                Some(session) => Ending::AllBut(holder, session),
                None => Ending::All(holder),
            };
            self.end(account.tenant, which, EndOfSession::PasswordReplaced, origin).await?;
        }
        Ok(())
    }

    /// Whether the person at a session knows its password; slowed like a sign-in.
    pub(super) async fn prove(
        &self,
        row: &Owner,
        password: &Secret,
        origin: &RequestOrigin,
    ) -> Result<(), AccessError> {
        let trying = Trying::to_enter(row.holder);
        let begun = self.begin_try(trying, &row.email_index, origin.ip).await?;
        let tried = begun.map_err(|retry_after| AccessError::Slowed { retry_after })?;
        match self.parts.passwords.verify(password.reveal(), &row.password_hash).await {
            Ok(true) => {
                self.undo_try(&tried).await;
                Ok(())
            }
            Ok(false) => Err(AccessError::WrongPassword),
            Err(error) => {
                self.undo_try(&tried).await;
                Err(error.into())
            }
        }
    }
}
