//! Sign-in with a password.
//!
//! An address may have accounts with several sellers. The password is tried on each; the session is
//! for the first that matches (or the one asked for) and remembers the others, so that switching
//! sellers asks for nothing a second time.

use std::time::Duration;

use billfold_domain::kernel::{BlindIndex, StaffId, TenantId};
use billfold_domain::sign_in::{SignInCommand, SignInMethod, SignInRefused};
use tokio::time::{Instant, sleep_until};

use super::token::Secret;
use super::{Access, AccessError, SignedIn};
use crate::commands::RequestOrigin;
use crate::ports::StaffRow;

/// What a refusal takes, or a multiple of it: more than any password check does, so that the time
/// tells neither whether an address has an account nor how its password is hashed.
const REFUSAL: Duration = Duration::from_millis(500);

/// Somebody who wants to come in.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The address that was typed.
    pub email: String,
    /// The password.
    pub password: Secret,
    /// Which seller, if the address has accounts with several.
    pub tenant: Option<TenantId>,
    /// From where, and with which program.
    pub origin: RequestOrigin,
}

/// Whose password it is.
pub(super) struct Verified {
    pub(super) account: StaffRow,
    /// Other sellers at which it is the password too.
    pub(super) also: Vec<TenantId>,
}

/// A seller at which nobody came in.
struct Miss {
    tenant: TenantId,
    staff: Option<StaffId>,
    reason: SignInRefused,
}

impl Access {
    /// Checks an address and a password and begins a session, at the seller that is named if one
    /// is.
    ///
    /// # Errors
    /// `NotValid` for anything that does not match, `Slowed` after repeated failures.
    pub async fn sign_in(&self, attempt: &Attempt) -> Result<SignedIn, AccessError> {
        let begun = Instant::now();
        let answer = self.enter(attempt).await;
        if matches!(answer, Err(AccessError::NotValid)) {
            refusal_takes(begun).await;
        }
        answer
    }

    async fn enter(&self, attempt: &Attempt) -> Result<SignedIn, AccessError> {
        let now = self.parts.clock.now();
        let address = self.parts.vault.sign_in_index(&attempt.email, now).await?;
        let begun = self.throttle.begin(&address, attempt.origin.ip, now);
        let tried = begun.map_err(|retry_after| AccessError::Slowed { retry_after })?;
        match self.verify(attempt, &address).await {
            Ok(Ok(verified)) => {
                self.throttle.succeeded(&tried);
                let method = SignInMethod::Password;
                let Verified { account, also } = verified;
                self.begin(&account, also, method, &attempt.origin).await
            }
            Ok(Err(misses)) => {
                for miss in misses {
                    let Miss { tenant, staff: staff_id, reason } = miss;
                    let what = SignInCommand::Refuse { staff_id, reason, slowed: tried.slows };
                    self.note(tenant, &address, None, &attempt.origin, what).await?;
                }
                Err(AccessError::NotValid)
            }
            Err(error) => {
                self.throttle.undo(&tried);
                Err(error)
            }
        }
    }

    /// Whose password it is, or where nobody came in.
    async fn verify(
        &self,
        attempt: &Attempt,
        address: &BlindIndex,
    ) -> Result<Result<Verified, Vec<Miss>>, AccessError> {
        let password = attempt.password.reveal();
        let (mut matching, mut misses, mut tried) = (Vec::new(), Vec::new(), false);
        for account in self.parts.staff.accounts_of(address).await? {
            let (tenant, staff) = (account.tenant, Some(account.staff));
            let Some(row) = self.parts.staff.find(tenant, account.staff).await? else { continue };
            if row.disabled_at.is_some() {
                misses.push(Miss { tenant, staff, reason: SignInRefused::AccountStopped });
                continue;
            }
            tried = true;
            if self.parts.passwords.verify(password, &row.password_hash).await? {
                matching.push(row);
            } else {
                misses.push(Miss { tenant, staff, reason: SignInRefused::WrongPassword });
            }
        }
        if !tried {
            self.parts.passwords.verify_nobody(password).await;
        }
        let wanted = |tenant| attempt.tenant.is_none_or(|wanted| wanted == tenant);
        let also: Vec<TenantId> = matching.iter().map(|row| row.tenant).collect();
        if let Some(account) = matching.into_iter().find(|row| wanted(row.tenant)) {
            self.upgrade(&account, password).await;
            let also = also.into_iter().filter(|other| *other != account.tenant).collect();
            return Ok(Ok(Verified { account, also }));
        }
        misses.retain(|miss| wanted(miss.tenant));
        if misses.is_empty()
            && let Some(tenant) = self.place_of_unknown(attempt.tenant).await?
        {
            misses.push(Miss { tenant, staff: None, reason: SignInRefused::UnknownAddress });
        }
        Ok(Err(misses))
    }

    /// Hashes a password anew that another system had hashed. A failure only delays it.
    async fn upgrade(&self, account: &StaffRow, password: &str) {
        let old = &account.password_hash;
        if !self.parts.passwords.is_outdated(old) {
            return;
        }
        let Ok(better) = self.parts.passwords.hash(password).await else { return };
        let (tenant, id) = (account.tenant, account.id);
        if let Err(error) = self.parts.staff.upgrade_password(tenant, id, old, &better).await {
            tracing::warn!(%error, "a password hash could not be replaced by a better one");
        }
    }
}

/// Waits until a refusal that began then has taken its time.
pub(super) async fn refusal_takes(begun: Instant) {
    let mut until = begun + REFUSAL;
    while until < Instant::now() {
        until += REFUSAL;
    }
    sleep_until(until).await;
}
