//! Sign-in with a password, and the session it begins.
//!
//! An address may have accounts with several sellers. The password is tried on each; the session is
//! for the first that matches (or the one asked for) and remembers the others, so that switching
//! sellers asks for nothing a second time.

use std::time::Duration;

use billfold_domain::kernel::{StaffId, TenantId};
use billfold_domain::role::Rights;
use chrono::TimeDelta;

use super::identity::{Identity, Via};
use super::token::{self, Secret};
use super::{Access, AccessError};
use crate::commands::roles::rights_of;
use crate::ports::{SessionRow, StaffRow};

/// How long a session lasts, from sign-in.
const SESSION: TimeDelta = TimeDelta::hours(12);

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
    /// Checks an address and a password and begins a session, at `tenant` if given.
    ///
    /// # Errors
    /// `NotValid` for anything that does not match, `Slowed` after repeated failures.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &Secret,
        tenant: Option<TenantId>,
    ) -> Result<SignedIn, AccessError> {
        let index = self.parts.vault.sign_in_index(email, self.parts.clock.now()).await?;
        if let Some(retry_after) = self.throttle.wait(index.as_str()) {
            return Err(AccessError::Slowed { retry_after });
        }
        let (mut matching, mut tried) = (Vec::new(), false);
        for account in self.parts.staff.accounts_of(&index).await? {
            let row = self.parts.staff.find(account.tenant, account.staff).await?;
            let Some(row) = row.filter(|row| row.disabled_at.is_none()) else { continue };
            tried = true;
            if self.parts.passwords.verify(password.reveal(), &row.password_hash).await? {
                matching.push(row);
            }
        }
        let chosen = matching.iter().find(|row| tenant.is_none_or(|tenant| row.tenant == tenant));
        let Some(chosen) = chosen else {
            if !tried {
                self.parts.passwords.verify_nobody(password.reveal()).await;
            }
            self.throttle.failed(index.as_str());
            return Err(AccessError::NotValid);
        };
        self.throttle.succeeded(index.as_str());
        let also = matching.iter().map(|row| row.tenant).filter(|other| *other != chosen.tenant);
        self.begin(chosen, also.collect()).await
    }

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
        let others = also.iter().copied().chain([identity.tenant]).filter(|t| *t != tenant);
        let signed_in = self.begin(&row, others.collect()).await?;
        self.sign_out(old).await?;
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
        let found = self.parts.sessions.find(tenant, &hash, now).await?;
        let row = found.ok_or(AccessError::NotValid)?;
        let identity = identity(&row, rights_of(&self.parts.door, tenant, row.staff).await?);
        self.passes.put(hash, &identity);
        Ok(identity)
    }

    /// Ends a session; false when there was none.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sign_out(&self, token: &Secret) -> Result<bool, AccessError> {
        let Some((tenant, hash)) = token::read_session(token.reveal()) else { return Ok(false) };
        self.passes.drop_one(&hash);
        Ok(self.parts.sessions.revoke(tenant, &hash).await?)
    }

    /// Ends every session of one account; answers how many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sign_out_everywhere(
        &self,
        tenant: TenantId,
        staff: StaffId,
    ) -> Result<u64, AccessError> {
        self.passes.drop_all();
        Ok(self.parts.sessions.revoke_all(tenant, staff).await?)
    }

    async fn begin(&self, row: &StaffRow, also: Vec<TenantId>) -> Result<SignedIn, AccessError> {
        let now = self.parts.clock.now();
        let (token, token_hash) = token::new_session(row.tenant);
        let mut csrf_secret = [0_u8; 32];
        rand::fill(&mut csrf_secret);
        let session = SessionRow {
            tenant: row.tenant,
            token_hash,
            staff: row.id,
            csrf_secret,
            also,
            created_at: now,
            expires_at: now + SESSION,
        };
        self.parts.sessions.sweep(row.tenant, now).await?;
        self.parts.sessions.add(&session).await?;
        let rights = rights_of(&self.parts.door, row.tenant, row.id).await?;
        let identity = identity(&session, rights);
        Ok(SignedIn { token, lasts: SESSION.to_std().unwrap_or_default(), identity })
    }
}

fn lasts(identity: &Identity, now: chrono::DateTime<chrono::Utc>) -> bool {
    matches!(&identity.via, Via::Session { expires_at, .. } if *expires_at > now)
}

fn identity(row: &SessionRow, rights: Rights) -> Identity {
    Identity {
        tenant: row.tenant,
        rights,
        via: Via::Session {
            staff: row.staff,
            csrf_secret: row.csrf_secret,
            also: row.also.clone(),
            expires_at: row.expires_at,
        },
    }
}
