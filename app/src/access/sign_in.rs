//! Sign-in with a password, and with a code where the account asks for one.
//!
//! An address may have accounts with several sellers. The password is tried on each; the session is
//! for the first that matches (or the one asked for) and remembers the others, so that switching
//! sellers asks for nothing a second time. An account with a second step is never among the others:
//! it wants a sign-in of its own.

use std::time::Duration;

use billfold_domain::kernel::{BlindIndex, ClientId, StaffId, TenantId};
use billfold_domain::sign_in::{SignInMethod, SignInRefused};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::owner::Owner;
use super::token::Secret;
use super::tries::{Tried, Trying};
use super::{Access, AccessError, SignedIn, jwt, note};
use crate::commands::RequestOrigin;
use crate::ports::{Holder, StaffRow};

/// What a refusal takes, or a multiple of it: more than any password check does, so that the time
/// tells neither whether an address has an account nor how its password is hashed.
const REFUSAL: Duration = Duration::from_millis(500);
/// How long a person may look for the authenticator.
const CHALLENGE: TimeDelta = TimeDelta::minutes(5);
/// What the key of challenges is for, and what they are for.
const SECOND_STEP: &str = "second step";
const SECOND_STEP_OF_CLIENTS: &str = "second step of a client";

/// Somebody who wants to come in.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The address that was typed.
    pub email: String,
    /// The password.
    pub password: Secret,
    /// The code of the second step, or a recovery code, if one was typed.
    pub code: Option<Secret>,
    /// Which seller, if the address has accounts with several.
    pub tenant: Option<TenantId>,
    /// From where, and with which program.
    pub origin: RequestOrigin,
}

/// Who may come in.
pub(super) struct Admitted {
    pub(super) account: Owner,
    /// Other sellers that the same password opens.
    pub(super) also: Vec<TenantId>,
    /// What proved it.
    pub(super) method: SignInMethod,
}

/// A seller at which nobody came in.
pub(super) struct Miss {
    pub(super) tenant: TenantId,
    /// Whose account was tried, if there is one.
    pub(super) holder: Option<Holder>,
    pub(super) reason: SignInRefused,
}

/// Whose password it is and which other sellers it opens, or where nobody came in.
pub(super) type Verified = Result<(Owner, Vec<TenantId>), Vec<Miss>>;

/// That a password was right, for as long as it takes to find a code.
#[derive(Serialize, Deserialize)]
struct Challenge {
    aud: String,
    tenant: Uuid,
    holder: Uuid,
    also: Vec<Uuid>,
    #[serde(default)]
    by_provider: bool,
    exp: i64,
}

impl Access {
    /// Checks an address and a password and begins a session, at the seller that is named if one
    /// is.
    ///
    /// # Errors
    /// `NotValid` for anything that does not match, `CodeNeeded` and `WrongCode` where the account
    /// has a second step, `Slowed` after repeated failures.
    pub async fn sign_in(&self, attempt: &Attempt) -> Result<SignedIn, AccessError> {
        let begun = Instant::now();
        let Admitted { account, also, method } = taken(begun, self.admit(attempt).await).await?;
        self.begin(&account, also, method, &attempt.origin).await
    }

    /// The second step of a sign-in that was told `CodeNeeded`.
    ///
    /// # Errors
    /// `NotValid` when the first step was too long ago, `WrongCode`, `Slowed`.
    pub async fn second_step(
        &self,
        challenge: &Secret,
        code: &Secret,
        origin: &RequestOrigin,
    ) -> Result<SignedIn, AccessError> {
        let staff = |id| Holder::Staff(StaffId::new(id));
        self.finish((SECOND_STEP, staff), challenge, code, origin).await
    }

    /// The same for a client.
    ///
    /// # Errors
    /// As [`Access::second_step`].
    pub async fn second_step_of_client(
        &self,
        challenge: &Secret,
        code: &Secret,
        origin: &RequestOrigin,
    ) -> Result<SignedIn, AccessError> {
        let client = |id| Holder::Client(ClientId::new(id));
        self.finish((SECOND_STEP_OF_CLIENTS, client), challenge, code, origin).await
    }

    async fn finish(
        &self,
        (audience, holder): (&'static str, fn(Uuid) -> Holder),
        challenge: &Secret,
        code: &Secret,
        origin: &RequestOrigin,
    ) -> Result<SignedIn, AccessError> {
        let begun = Instant::now();
        let now = self.parts.clock.now();
        let key = self.signing_key(audience, now).await?;
        let claims: Option<Challenge> = jwt::read(&key, challenge.reveal());
        let ours = claims.filter(|it| it.aud == audience && it.exp > now.timestamp());
        let challenge = ours.ok_or(AccessError::NotValid)?;
        let (tenant, holder) = (TenantId::new(challenge.tenant), holder(challenge.holder));
        let account = self.live_owner(tenant, holder).await?.ok_or(AccessError::NotValid)?;
        let trying = Trying::to_enter(holder);
        let throttled = self.begin_try(trying, &account.email_index, origin.ip).await?;
        let tried = throttled.map_err(|retry_after| AccessError::Slowed { retry_after })?;
        let answer = self.pass(&account, code, &tried, origin).await;
        self.settle(&tried, &answer).await;
        let method = match taken(begun, answer).await? {
            _ if challenge.by_provider => SignInMethod::ProviderAndCode,
            method => method,
        };
        let also = challenge.also.into_iter().map(TenantId::new).collect();
        self.begin(&account, also, method, origin).await
    }

    /// Whether whoever is there may come in; whatever comes of it is noted, but for a success.
    pub(super) async fn admit(&self, attempt: &Attempt) -> Result<Admitted, AccessError> {
        let now = self.parts.clock.now();
        let address = self.parts.vault.sign_in_index(&attempt.email, now).await?;
        self.try_in(attempt, &address, None).await
    }

    /// The same for a client of a seller.
    pub(super) async fn admit_client(&self, attempt: &Attempt) -> Result<Admitted, AccessError> {
        let tenant = self.seller_of_clients(attempt.tenant).await?;
        let now = self.parts.clock.now();
        let address = self.parts.vault.email_index(tenant, &attempt.email, now).await?;
        self.try_in(attempt, &address, Some(tenant)).await
    }

    async fn try_in(
        &self,
        attempt: &Attempt,
        address: &BlindIndex,
        client_of: Option<TenantId>,
    ) -> Result<Admitted, AccessError> {
        let trying = if client_of.is_some() { Trying::ClientSignIn } else { Trying::SignIn };
        let begun = self.begin_try(trying, address, attempt.origin.ip).await?;
        let tried = begun.map_err(|retry_after| AccessError::Slowed { retry_after })?;
        let answer = self.look(attempt, address, &tried, client_of).await;
        self.settle(&tried, &answer).await;
        answer
    }

    /// A good try is forgotten, one that was neither good nor bad never was.
    pub(super) async fn settle<T>(&self, tried: &Tried, answer: &Result<T, AccessError>) {
        match answer {
            Ok(_) => self.try_succeeded(tried).await,
            Err(error) if error.refuses() => {}
            Err(_) => self.undo_try(tried).await,
        }
    }

    async fn look(
        &self,
        attempt: &Attempt,
        address: &BlindIndex,
        tried: &Tried,
        client_of: Option<TenantId>,
    ) -> Result<Admitted, AccessError> {
        let verified = match client_of {
            Some(tenant) => self.verify_client(tenant, attempt, address).await?,
            None => self.verify(attempt, address).await?,
        };
        let (account, also) = match verified {
            Ok(verified) => verified,
            Err(misses) => {
                for Miss { tenant, holder, reason } in misses {
                    let what = note::refused(holder, reason, tried.slows);
                    self.note(tenant, address, None, &attempt.origin, what).await?;
                }
                return Err(AccessError::NotValid);
            }
        };
        if let Holder::Staff(_) = account.holder
            && self.parts.only_by_provider
        {
            let reason = SignInRefused::ProviderOnly;
            let what = note::refused(Some(account.holder), reason, tried.slows);
            self.note(account.tenant, address, None, &attempt.origin, what).await?;
            return Err(AccessError::NotValid);
        }
        let method =
            match (&attempt.code, self.asks_for_code(account.tenant, account.holder).await?) {
                (_, false) => SignInMethod::Password,
                (None, true) => {
                    return Err(AccessError::CodeNeeded {
                        challenge: self.challenge(&account, &also, false).await?,
                    });
                }
                (Some(code), true) => self.pass(&account, code, tried, &attempt.origin).await?,
            };
        Ok(Admitted { account, also, method })
    }

    /// Takes a code; a wrong one is noted.
    async fn pass(
        &self,
        account: &Owner,
        code: &Secret,
        tried: &Tried,
        origin: &RequestOrigin,
    ) -> Result<SignInMethod, AccessError> {
        if let Some(method) = self.take_code(account, code).await? {
            return Ok(method);
        }
        let what = note::refused(Some(account.holder), SignInRefused::WrongCode, tried.slows);
        self.note(account.tenant, &account.email_index, None, origin, what).await?;
        Err(AccessError::WrongCode)
    }

    pub(super) async fn challenge(
        &self,
        account: &Owner,
        also: &[TenantId],
        by_provider: bool,
    ) -> Result<Secret, AccessError> {
        let now = self.parts.clock.now();
        let audience = match account.holder {
            Holder::Staff(_) => SECOND_STEP,
            Holder::Client(_) => SECOND_STEP_OF_CLIENTS,
        };
        let claims = Challenge {
            aud: audience.to_owned(),
            tenant: account.tenant.uuid(),
            holder: account.holder.uuid(),
            also: also.iter().map(|tenant| tenant.uuid()).collect(),
            by_provider,
            exp: (now + CHALLENGE).timestamp(),
        };
        let key = self.signing_key(audience, now).await?;
        jwt::sign(&key, &claims)
    }

    /// Whose password it is and which other sellers it opens, or where nobody came in.
    async fn verify(
        &self,
        attempt: &Attempt,
        address: &BlindIndex,
    ) -> Result<Verified, AccessError> {
        let password = attempt.password.reveal();
        let (mut matching, mut misses, mut tried) = (Vec::new(), Vec::new(), false);
        for account in self.parts.staff.accounts_of(address).await? {
            let (tenant, holder) = (account.tenant, Some(Holder::Staff(account.staff)));
            let Some(row) = self.parts.staff.find(tenant, account.staff).await? else { continue };
            if row.disabled_at.is_some() {
                misses.push(Miss { tenant, holder, reason: SignInRefused::AccountStopped });
                continue;
            }
            tried = true;
            if self.parts.passwords.verify(password, &row.password_hash).await? {
                matching.push(row);
            } else {
                misses.push(Miss { tenant, holder, reason: SignInRefused::WrongPassword });
            }
        }
        if !tried {
            self.parts.passwords.verify_nobody(password).await;
        }
        let wanted = |tenant| attempt.tenant.is_none_or(|wanted| wanted == tenant);
        if let Some(at) = matching.iter().position(|row| wanted(row.tenant)) {
            let account = matching.swap_remove(at);
            let owner = Owner::from(account);
            self.upgrade(&owner, password).await;
            return Ok(Ok((owner, self.without_second_step(matching).await?)));
        }
        misses.retain(|miss| wanted(miss.tenant));
        if misses.is_empty()
            && let Some(tenant) = self.place_of_unknown(attempt.tenant).await?
        {
            misses.push(Miss { tenant, holder: None, reason: SignInRefused::UnknownAddress });
        }
        Ok(Err(misses))
    }

    pub(super) async fn without_second_step(
        &self,
        accounts: Vec<StaffRow>,
    ) -> Result<Vec<TenantId>, AccessError> {
        let mut open = Vec::with_capacity(accounts.len());
        for account in accounts {
            if !self.asks_for_code(account.tenant, account.id).await? {
                open.push(account.tenant);
            }
        }
        Ok(open)
    }

    /// Hashes a password anew that another system had hashed. A failure only delays it.
    pub(super) async fn upgrade(&self, account: &Owner, password: &str) {
        let old = &account.password_hash;
        if !self.parts.passwords.is_outdated(old) {
            return;
        }
        let Ok(better) = self.parts.passwords.hash(password).await else { return };
        if let Err(error) = self.set_better_hash(account, &better).await {
            tracing::warn!(%error, "a password hash could not be replaced by a better one");
        }
    }
}

/// An answer that is given once a refusal that began then has taken its time.
pub(super) async fn taken<T>(
    begun: Instant,
    answer: Result<T, AccessError>,
) -> Result<T, AccessError> {
    if answer.as_ref().is_err_and(AccessError::refuses) {
        let mut until = begun + REFUSAL;
        while until < Instant::now() {
            until += REFUSAL;
        }
        sleep_until(until).await;
    }
    answer
}
