//! What people see and change of their own account: its sessions and its password.

use std::net::IpAddr;

use billfold_domain::kernel::{Pii, SessionId};
use billfold_domain::sign_in::EndOfSession;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::identity::Identity;
use super::session::ORIGIN;
use super::staff::check_password;
use super::{Access, AccessError, Secret};
use crate::commands::RequestOrigin;
use crate::ports::{Ending, SessionKind, StaffRow, StoreFailure};

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
        let (staff, current) = who.person().ok_or(AccessError::NotValid)?;
        let now = self.parts.clock.now();
        let rows = self.parts.sessions.list(who.tenant, staff, now).await?;
        let mut own = Vec::with_capacity(rows.len());
        for row in rows {
            own.push(OwnSession {
                id: row.id,
                kind: row.kind,
                origin: self.origin_of(who, row.origin).await?,
                created_at: row.created_at,
                last_used_at: row.last_used_at.unwrap_or(row.created_at),
                expires_at: row.expires_at,
                current: row.id == current,
            });
        }
        Ok(own)
    }

    async fn origin_of(
        &self,
        who: &Identity,
        sealed: Option<serde_json::Value>,
    ) -> Result<Option<SessionOrigin>, AccessError> {
        let Some(sealed) = sealed else { return Ok(None) };
        let what = "sessions.origin is not a sealed field";
        let sealed: Pii<SessionOrigin> =
            serde_json::from_value(sealed).map_err(|_| StoreFailure::Corrupt { what })?;
        Ok(self.parts.vault.open(who.tenant, ORIGIN, &sealed).await?.clear())
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
        let (staff, current) = who.person().ok_or(AccessError::NotValid)?;
        let how = if session == current { EndOfSession::SignedOut } else { EndOfSession::Revoked };
        let which = Ending::Own(staff, session);
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
        let (staff, current) = who.person().ok_or(AccessError::NotValid)?;
        let which = Ending::AllBut(staff, current);
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
        let (staff, current) = who.person().ok_or(AccessError::NotValid)?;
        check_password(new.reveal())?;
        let row = self.parts.staff.find(who.tenant, staff).await?.ok_or(AccessError::NotValid)?;
        self.prove(&row, old, origin).await?;
        let hash = self.parts.passwords.hash(new.reveal()).await?;
        self.parts.staff.set_password(who.tenant, staff, &hash).await?;
        self.end_by_new_password(&row, Some(current), origin).await
    }

    /// Ends every session that the old password of an account opened, at every seller, but one of
    /// the account itself.
    pub(super) async fn end_by_new_password(
        &self,
        row: &StaffRow,
        but: Option<SessionId>,
        origin: &RequestOrigin,
    ) -> Result<(), AccessError> {
        for account in self.parts.staff.accounts_of(&row.email_index).await? {
            let here = account.tenant == row.tenant && account.staff == row.id;
            let which = match but.filter(|_| here) {
                Some(session) => Ending::AllBut(account.staff, session),
                None => Ending::All(account.staff),
            };
            self.end(account.tenant, which, EndOfSession::PasswordReplaced, origin).await?;
        }
        Ok(())
    }

    /// Whether the person at a session knows its password; slowed like a sign-in.
    pub(super) async fn prove(
        &self,
        row: &StaffRow,
        password: &Secret,
        origin: &RequestOrigin,
    ) -> Result<(), AccessError> {
        let begun = self.throttle.begin(&row.email_index, origin.ip, self.parts.clock.now());
        let tried = begun.map_err(|retry_after| AccessError::Slowed { retry_after })?;
        match self.parts.passwords.verify(password.reveal(), &row.password_hash).await {
            Ok(true) => {
                self.throttle.undo(&tried);
                Ok(())
            }
            Ok(false) => Err(AccessError::WrongPassword),
            Err(error) => {
                self.throttle.undo(&tried);
                Err(error.into())
            }
        }
    }
}
