//! Signing in by the word of an identity provider.
//!
//! Guarantees: a visit is finished once, in the browser that began it; only an account that exists
//! is opened: by the provider's name for the person, or the first time by an address that the
//! provider verified; a second step of the account is asked for as after a password. Absent on
//! purpose: making accounts, which colleagues do, and links that people make themselves, which
//! would let whoever sits at an open desk leave a door behind.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use billfold_domain::kernel::{Actor, BlindIndex, StaffId};
use billfold_domain::sign_in::{MeansChange, SignInMethod, SignInRefused};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::identity::Identity;
use super::owner::Owner;
use super::sign_in::Admitted;
use super::tries::Trying;
use super::{Access, AccessError, Secret, SignedIn, note};
use crate::commands::RequestOrigin;
use crate::ports::{
    Account, Holder, ProviderFailure, ProviderLinkRow, ProviderName, ProviderReturn, ProviderVisit,
    StaffRow, Vouched,
};

/// What sealed visits are for.
const VISIT: &str = "identity provider visit";
/// What hashes of a provider's names for people are for.
const SUBJECT: &str = "identity provider subject";
/// How long a visit may take.
const LONGEST: TimeDelta = TimeDelta::minutes(10);

/// A visit that begins.
#[derive(Clone, Debug)]
pub struct BegunVisit {
    /// Where the browser goes.
    pub url: String,
    /// What the browser keeps meanwhile, unreadable to it.
    pub kept: Secret,
}

/// A browser that came back.
#[derive(Clone, Debug)]
pub struct Returned {
    /// The key of the provider in the address.
    pub provider: String,
    /// What the browser kept.
    pub kept: Secret,
    /// What the provider was told to bring back.
    pub state: String,
    /// What stands for the person.
    pub code: Secret,
    /// From where, and with which program.
    pub origin: RequestOrigin,
}

/// A provider that opens an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderLink {
    /// The issuer.
    pub issuer: String,
    /// Since when.
    pub linked_at: DateTime<Utc>,
    /// When it did last.
    pub last_used_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, Deserialize)]
struct Visit {
    provider: String,
    state: String,
    nonce: String,
    verifier: String,
    next: String,
    ends: DateTime<Utc>,
}

impl Access {
    /// The identity providers that staff may come by.
    #[must_use]
    pub fn providers(&self) -> Vec<ProviderName> {
        self.parts.providers.names()
    }

    /// Whether nothing else lets staff in.
    #[must_use]
    pub fn only_by_provider(&self) -> bool {
        self.parts.only_by_provider
    }

    /// Begins a visit to a provider, after which the browser goes on at `next`.
    ///
    /// # Errors
    /// `Provider` where there is none such, or it does not answer.
    pub async fn begin_visit(&self, provider: &str, next: &str) -> Result<BegunVisit, AccessError> {
        let now = self.parts.clock.now();
        let (state, nonce, verifier) = (chance(), chance(), chance());
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let sent = ProviderVisit { state: &state, nonce: &nonce, challenge: &challenge };
        let url = self.parts.providers.address(provider, sent).await?;
        let (provider, next) = (provider.to_owned(), next.to_owned());
        let visit = Visit { provider, state, nonce, verifier, next, ends: now + LONGEST };
        let plain = serde_json::to_vec(&visit).map_err(crate::Error::bug)?;
        let sealed = self.parts.vault.seal_for_installation(VISIT, &[], &plain, now).await?;
        Ok(BegunVisit { url, kept: Secret::new(URL_SAFE_NO_PAD.encode(sealed)) })
    }

    /// Finishes a visit; also answers where the browser goes on.
    ///
    /// # Errors
    /// `NotValid` for a visit that is not this browser's, took too long or was finished before, and
    /// for a person whom no account is for; `Slowed` after repeated failures; `CodeNeeded` where
    /// the account has a second step; `Provider` when it does not answer.
    pub async fn finish_visit(&self, back: &Returned) -> Result<(SignedIn, String), AccessError> {
        let now = self.parts.clock.now();
        let visit = self.kept_visit(back, now).await?;
        // Nobody is known yet, so that tries are slowed by where they come from.
        let from = back.origin.ip.map(|ip| ip.to_string()).unwrap_or_default();
        let place = self.parts.vault.sign_in_index(&format!("provider:{from}"), now).await?;
        let begun = self.begin_try(Trying::SignIn, &place, back.origin.ip).await?;
        let tried = begun.map_err(|retry_after| AccessError::Slowed { retry_after })?;
        let answer = self.redeemed(back, &visit, now).await;
        self.settle(&tried, &answer).await;
        let Admitted { account, also, method } = answer?;
        if self.asks_for_code(account.tenant, account.holder).await? {
            let challenge = self.challenge(&account, &also, true).await?;
            return Err(AccessError::CodeNeeded { challenge });
        }
        let signed_in = self.begin(&account, also, method, &back.origin).await?;
        Ok((signed_in, visit.next))
    }

    /// Whoever the provider vouches for.
    async fn redeemed(
        &self,
        back: &Returned,
        visit: &Visit,
        now: DateTime<Utc>,
    ) -> Result<Admitted, AccessError> {
        let (code, verifier) = (&back.code, &Secret::new(visit.verifier.clone()));
        let redeemed = ProviderReturn { code, verifier, nonce: &visit.nonce, now };
        match self.parts.providers.redeem(&visit.provider, redeemed).await {
            Ok(vouched) => self.vouched_for(&vouched, &back.origin).await,
            Err(ProviderFailure::NotValid(why)) => {
                let provider = &visit.provider;
                tracing::warn!(provider, why, "an identity provider is not believed");
                self.nobody_vouched(provider, &back.origin).await?;
                Err(AccessError::NotValid)
            }
            Err(failure) => Err(failure.into()),
        }
    }

    /// The visit that the browser kept, if it is the one it comes back from; it is spent.
    async fn kept_visit(&self, back: &Returned, now: DateTime<Utc>) -> Result<Visit, AccessError> {
        let sealed = URL_SAFE_NO_PAD.decode(back.kept.reveal()).ok();
        let sealed = sealed.ok_or(AccessError::NotValid)?;
        let plain = self.parts.vault.open_for_installation(VISIT, &[], &sealed, now).await;
        let plain = plain.map_err(|_| AccessError::NotValid)?;
        let visit: Visit = serde_json::from_slice(&plain).map_err(|_| AccessError::NotValid)?;
        let same = bool::from(visit.state.as_bytes().ct_eq(back.state.as_bytes()));
        if !same || visit.provider != back.provider || visit.ends <= now {
            return Err(AccessError::NotValid);
        }
        let hash: [u8; 32] = Sha256::digest(&visit.state).into();
        if !self.parts.spent_challenges.spend(&hash, visit.ends, now).await? {
            return Err(AccessError::NotValid);
        }
        Ok(visit)
    }

    /// The accounts of whom a provider vouches for; linked now, if they were not.
    async fn vouched_for(
        &self,
        vouched: &Vouched,
        origin: &RequestOrigin,
    ) -> Result<Admitted, AccessError> {
        let now = self.parts.clock.now();
        let subject = self.subject_index(vouched, now).await?;
        let links = &self.parts.provider_links;
        let known = links.accounts_of(&vouched.issuer, &subject).await?;
        let mut rows = self.open_rows(&known, origin).await?;
        if known.is_empty() {
            rows = self.link_by_address(vouched, &subject, origin).await?;
        }
        if rows.is_empty() {
            if known.is_empty() {
                self.unknown_vouched(vouched, origin).await?;
            }
            return Err(AccessError::NotValid);
        }
        for row in &rows {
            links.touch(&vouched.issuer, &subject, row.tenant, now).await?;
        }
        let account = rows.remove(0);
        let also = self.without_second_step(rows).await?;
        Ok(Admitted { account: account.into(), also, method: SignInMethod::Provider })
    }

    /// Links the accounts of an address that the provider verified.
    async fn link_by_address(
        &self,
        vouched: &Vouched,
        subject: &BlindIndex,
        origin: &RequestOrigin,
    ) -> Result<Vec<StaffRow>, AccessError> {
        let Some(email) = &vouched.verified_email else { return Ok(Vec::new()) };
        let now = self.parts.clock.now();
        let address = self.parts.vault.sign_in_index(email, now).await?;
        let accounts = self.parts.staff.accounts_of(&address).await?;
        let rows = self.open_rows(&accounts, origin).await?;
        for row in &rows {
            let link = ProviderLinkRow {
                issuer: vouched.issuer.clone(),
                subject_index: subject.clone(),
                account: Account { tenant: row.tenant, staff: row.id },
                linked_at: now,
                last_used_at: None,
            };
            self.parts.provider_links.put(&link).await?;
            let (what, which) = (MeansChange::ProviderLinked, short(&vouched.issuer));
            self.note_change(row, Actor::Staff(row.id), what, Some(which), origin).await?;
        }
        Ok(rows)
    }

    /// The accounts that may sign in; a try of a stopped one is noted.
    async fn open_rows(
        &self,
        accounts: &[Account],
        origin: &RequestOrigin,
    ) -> Result<Vec<StaffRow>, AccessError> {
        let mut rows = Vec::with_capacity(accounts.len());
        for account in accounts {
            let found = self.parts.staff.find(account.tenant, account.staff).await?;
            let Some(row) = found else { continue };
            if row.disabled_at.is_some() {
                let holder = Some(Holder::Staff(row.id));
                let what = note::refused(holder, SignInRefused::AccountStopped, false);
                self.note(row.tenant, &row.email_index, None, origin, what).await?;
                continue;
            }
            rows.push(row);
        }
        Ok(rows)
    }

    /// Notes that a provider vouched for somebody whom no account is for.
    async fn unknown_vouched(
        &self,
        vouched: &Vouched,
        origin: &RequestOrigin,
    ) -> Result<(), AccessError> {
        match &vouched.verified_email {
            Some(email) => {
                let now = self.parts.clock.now();
                let address = self.parts.vault.sign_in_index(email, now).await?;
                self.refused_by_provider(&address, origin).await
            }
            None => self.nobody_vouched(&vouched.issuer, origin).await,
        }
    }

    /// Notes that what a provider said names nobody: under its own name, since there is no address.
    async fn nobody_vouched(
        &self,
        provider: &str,
        origin: &RequestOrigin,
    ) -> Result<(), AccessError> {
        let now = self.parts.clock.now();
        let address = self.parts.vault.sign_in_index(provider, now).await?;
        self.refused_by_provider(&address, origin).await
    }

    async fn refused_by_provider(
        &self,
        address: &BlindIndex,
        origin: &RequestOrigin,
    ) -> Result<(), AccessError> {
        let Some(tenant) = self.place_of_unknown(None).await? else { return Ok(()) };
        let what = note::refused(None, SignInRefused::ProviderRefused, false);
        self.note(tenant, address, None, origin, what).await
    }

    /// The providers that open the account of whoever asks.
    ///
    /// # Errors
    /// `NotValid` for an API key; the database does not answer.
    pub async fn own_links(&self, who: &Identity) -> Result<Vec<ProviderLink>, AccessError> {
        let (staff, _) = who.person().ok_or(AccessError::NotValid)?;
        let rows = self.parts.provider_links.of(Account { tenant: who.tenant, staff }).await?;
        let link = |row: ProviderLinkRow| ProviderLink {
            issuer: row.issuer,
            linked_at: row.linked_at,
            last_used_at: row.last_used_at,
        };
        Ok(rows.into_iter().map(link).collect())
    }

    /// Takes the link of an issuer to one's own account away, with one's password; false when there
    /// was none. The next visit links it again, as long as the provider vouches for the same
    /// address.
    ///
    /// # Errors
    /// `WrongPassword` or `Slowed`; as [`Access::own_links`].
    pub async fn unlink_own(
        &self,
        who: &Identity,
        (issuer, password): (&str, &Secret),
        origin: &RequestOrigin,
    ) -> Result<bool, AccessError> {
        let row = self.own_staff(who).await?;
        self.prove(&Owner::from(&row), password, origin).await?;
        let (tenant, staff): (_, StaffId) = (row.tenant, row.id);
        if !self.parts.provider_links.remove(tenant, staff, issuer).await? {
            return Ok(false);
        }
        let (what, which) = (MeansChange::ProviderUnlinked, short(issuer));
        self.note_change(&row, Actor::Staff(staff), what, Some(which), origin).await?;
        Ok(true)
    }

    async fn subject_index(
        &self,
        vouched: &Vouched,
        now: DateTime<Utc>,
    ) -> Result<BlindIndex, AccessError> {
        let value = format!("{}\n{}", vouched.issuer, vouched.subject);
        let hash = self.parts.vault.installation_hash(SUBJECT, &value, now).await?;
        let index = BlindIndex::try_new(crate::vault::hex(&hash));
        Ok(index.map_err(crate::Error::bug)?)
    }
}

/// 32 random bytes, for addresses.
fn chance() -> String {
    let mut bytes = [0_u8; 32];
    rand::fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// An issuer as an event names it.
fn short(issuer: &str) -> String {
    issuer.chars().filter(|c| !c.is_control()).take(100).collect()
}
