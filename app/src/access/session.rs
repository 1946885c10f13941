//! The session that a sign-in begins, while it lasts.

use std::time::Duration;

use billfold_domain::kernel::{KeyClass, Pii, SessionId, StaffId, SubjectId, TenantId};
use billfold_domain::role::Rights;
use billfold_domain::sign_in::{EndOfSession, SignInCommand, SignInMethod};
use chrono::{DateTime, TimeDelta, Utc};

use super::identity::{Identity, Via};
use super::owner::Owner;
use super::token::{self, Secret};
use super::{Access, AccessError, SessionOrigin};
use crate::commands::RequestOrigin;
use crate::commands::roles::rights_of;
use crate::mint;
use crate::ports::{Ending, Holder, SessionKind, SessionRef, SessionRow, StoreFailure};
use crate::vault::{Wanted, field};

/// How long a session lasts, from sign-in.
const SESSION: TimeDelta = TimeDelta::hours(12);
/// How long one that nobody uses lasts.
const IDLE: TimeDelta = TimeDelta::hours(2);
/// Live sessions of an account at a time; the one that began first makes room.
const AT_ONCE: usize = 50;
/// How old the note of its last use may be.
const NOTED_USE: TimeDelta = TimeDelta::minutes(5);

/// A session that just began.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The token for the cookie.
    pub token: Secret,
    /// How long the cookie should live.
    pub lasts: Duration,
    /// Who signed in.
    pub identity: Identity,
}

impl Access {
    /// Begins a session at another seller that the sign-in behind `identity` also opened, and ends
    /// the given one.
    ///
    /// # Errors
    /// `NotValid` when the sign-in did not open that seller or the account was stopped since.
    pub async fn switch(
        &self,
        old: &Secret,
        identity: &Identity,
        tenant: TenantId,
        origin: &RequestOrigin,
    ) -> Result<SignedIn, AccessError> {
        let Via::Session { staff, also, .. } = &identity.via else {
            return Err(AccessError::NotValid);
        };
        let open = also.contains(&tenant);
        let here = self.parts.staff.find(identity.tenant, *staff).await?;
        let here = here.filter(|_| open).ok_or(AccessError::NotValid)?;
        let accounts = self.parts.staff.accounts_of(&here.email_index).await?;
        let there = accounts.iter().find(|account| account.tenant == tenant);
        let there = there.ok_or(AccessError::NotValid)?;
        let row = self.parts.staff.find(tenant, there.staff).await?;
        let row = row.filter(|row| row.disabled_at.is_none()).ok_or(AccessError::NotValid)?;
        if self.asks_for_code(tenant, row.id).await? {
            // It was set up since, and wants a sign-in of its own.
            return Err(AccessError::NotValid);
        }
        let others = also.iter().copied().chain([identity.tenant]).filter(|t| *t != tenant);
        let signed_in = self.begin(&row, others.collect(), SignInMethod::Switch, origin).await?;
        self.leave(old, EndOfSession::Switched, origin).await?;
        Ok(signed_in)
    }

    /// Who a session token belongs to.
    ///
    /// # Errors
    /// `NotValid` when it is unknown, ended or its account was stopped.
    pub async fn session(&self, token: &Secret) -> Result<Identity, AccessError> {
        let (tenant, hash) = token::read_session(token.reveal()).ok_or(AccessError::NotValid)?;
        let now = self.parts.clock.now();
        if let Some(identity) = self.passes.get(&hash).filter(|identity| lasts(identity, now)) {
            return Ok(identity);
        }
        let found = self.parts.sessions.find(tenant, SessionRef::Token(&hash), now).await?;
        let found = found.filter(|row| is_used_by_browser(row, now));
        let row = found.ok_or(AccessError::NotValid)?;
        let Holder::Staff(staff) = row.holder else { return Err(AccessError::NotValid) };
        self.used(&row, now).await;
        let identity = self.person_of(&row, staff).await?;
        self.passes.put(hash, &identity);
        Ok(identity)
    }

    /// Ends a session; false when there was none.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sign_out(
        &self,
        token: &Secret,
        origin: &RequestOrigin,
    ) -> Result<bool, AccessError> {
        self.leave(token, EndOfSession::SignedOut, origin).await
    }

    async fn leave(
        &self,
        token: &Secret,
        how: EndOfSession,
        origin: &RequestOrigin,
    ) -> Result<bool, AccessError> {
        let Some((tenant, hash)) = token::read_session(token.reveal()) else { return Ok(false) };
        let which = Ending::One(SessionRef::Token(&hash));
        Ok(self.end(tenant, which, how, origin).await? > 0)
    }

    pub(super) async fn begin(
        &self,
        owner: impl Into<Owner>,
        also: Vec<TenantId>,
        method: SignInMethod,
        origin: &RequestOrigin,
    ) -> Result<SignedIn, AccessError> {
        let owner = owner.into();
        let (token, token_hash) = token::new_session(owner.tenant);
        let mut row = self.blank_session(&owner, origin).await?;
        (row.token_hash, row.also) = (token_hash, also);
        self.open(&row, &owner, method, origin).await?;
        let identity = match row.holder {
            Holder::Staff(staff) => self.person_of(&row, staff).await?,
            Holder::Client(client) => self.client_of(&row, client, row.expires_at).await?,
        };
        Ok(SignedIn { token, lasts: SESSION.to_std().unwrap_or_default(), identity })
    }

    /// A session that begins now, without what holds it.
    pub(super) async fn blank_session(
        &self,
        owner: &Owner,
        origin: &RequestOrigin,
    ) -> Result<SessionRow, AccessError> {
        let now = self.parts.clock.now();
        let mut csrf_secret = [0_u8; 32];
        rand::fill(&mut csrf_secret);
        Ok(SessionRow {
            tenant: owner.tenant,
            id: SessionId::new(mint::uuid_v7(now)),
            kind: SessionKind::Browser,
            token_hash: [0; 32],
            holder: owner.holder,
            csrf_secret,
            also: Vec::new(),
            origin: Some(self.seal_origin(owner.tenant, owner.holder, origin, now).await?),
            created_at: now,
            last_used_at: None,
            expires_at: now + SESSION,
        })
    }

    /// Stores a session and notes it; a session that cannot be noted does not begin.
    pub(super) async fn open(
        &self,
        row: &SessionRow,
        owner: &Owner,
        method: SignInMethod,
        origin: &RequestOrigin,
    ) -> Result<(), AccessError> {
        self.parts.sessions.sweep(row.tenant, row.created_at).await?;
        self.parts.sessions.add(row).await?;
        let session_id = row.id;
        let what = match owner.holder {
            Holder::Staff(staff_id) => SignInCommand::Succeed { staff_id, method, session_id },
            Holder::Client(client_id) => {
                SignInCommand::SucceedClient { client_id, method, session_id }
            }
        };
        let by = Some(owner.holder.actor());
        let noted = self.note(row.tenant, &owner.email_index, by, origin, what).await;
        if noted.is_err() {
            let one = Ending::One(SessionRef::Id(session_id));
            self.parts.sessions.end(row.tenant, one).await?;
            return noted;
        }
        self.make_room(row, origin).await
    }

    async fn make_room(&self, row: &SessionRow, origin: &RequestOrigin) -> Result<(), AccessError> {
        let live = self.parts.sessions.list(row.tenant, row.holder, row.created_at).await?;
        for older in live.into_iter().filter(|live| live.id != row.id).skip(AT_ONCE - 1) {
            let which = Ending::Own(older.holder, older.id);
            self.end(row.tenant, which, EndOfSession::Revoked, origin).await?;
        }
        Ok(())
    }

    /// Notes the use of a session, not more often than every few minutes. A failure only makes the
    /// note older.
    pub(super) async fn used(&self, row: &SessionRow, now: DateTime<Utc>) {
        if now - row.last_used_at.unwrap_or(row.created_at) < NOTED_USE {
            return;
        }
        if let Err(error) = self.parts.sessions.touch(row.tenant, row.id, now).await {
            tracing::warn!(%error, "the use of a session could not be noted");
        }
    }

    async fn person_of(&self, row: &SessionRow, staff: StaffId) -> Result<Identity, AccessError> {
        let restricted = self.must_set_up(row.tenant, staff).await?;
        Ok(Identity {
            tenant: row.tenant,
            rights: self.rights(row.tenant, staff, restricted).await?,
            via: Via::Session {
                staff,
                session: row.id,
                csrf_secret: row.csrf_secret,
                restricted,
                also: row.also.clone(),
                expires_at: row.expires_at,
            },
        })
    }

    /// What the account may do; nothing while it has to set up its second step.
    pub(super) async fn rights(
        &self,
        tenant: TenantId,
        staff: StaffId,
        restricted: bool,
    ) -> Result<Rights, AccessError> {
        if restricted {
            return Ok(Rights::NONE);
        }
        Ok(rights_of(&self.parts.door, tenant, staff).await?)
    }

    async fn seal_origin(
        &self,
        tenant: TenantId,
        owner: Holder,
        origin: &RequestOrigin,
        now: DateTime<Utc>,
    ) -> Result<serde_json::Value, AccessError> {
        let subject = SubjectId::new(owner.uuid());
        let wanted = Wanted { subject, class: KeyClass::Operational, retain_until: None };
        let ring = self.parts.vault.ring_to_seal(tenant, &[wanted], now).await?;
        let origin = SessionOrigin { address: origin.ip, user_agent: origin.user_agent.clone() };
        let sealed: Pii<SessionOrigin> =
            ring.seal(subject, KeyClass::Operational, field::SESSION_ORIGIN, &origin)?;
        let what = "the origin of a session is no JSON";
        Ok(serde_json::to_value(&sealed).map_err(|_| StoreFailure::Corrupt { what })?)
    }
}

/// Whether a browser holds the session, and somebody has used it of late.
pub(super) fn is_used_by_browser(row: &SessionRow, now: DateTime<Utc>) -> bool {
    row.kind == SessionKind::Browser && !is_idle(row, now)
}

/// Whether nobody has used a session of a browser for too long. A program's tokens end by
/// themselves.
pub(super) fn is_idle(row: &SessionRow, now: DateTime<Utc>) -> bool {
    let used = row.last_used_at.unwrap_or(row.created_at);
    row.kind == SessionKind::Browser && now - used > IDLE
}

fn lasts(identity: &Identity, now: DateTime<Utc>) -> bool {
    matches!(&identity.via, Via::Session { expires_at, .. } if *expires_at > now)
}
