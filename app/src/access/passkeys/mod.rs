//! Passkeys: signing in by a key that never leaves a device, which also verifies its owner.
//!
//! Guarantees: both steps at once, so that no code is asked for; a challenge is answered once,
//! within five minutes; who adds one knows the password; a device that counts and does not count on
//! is refused, since somebody may have copied it. Absent on purpose: attestation, and keys that do
//! not verify their owner.
//!
//! The crates of the field that check what devices say bring OpenSSL, or an implementation of RSA
//! with an open advisory; the check itself is one file ([`ceremony`]).

mod ceremony;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use billfold_domain::kernel::{Actor, KeyClass, Pii, StaffId, SubjectId, TenantId};
use billfold_domain::sign_in::{MeansChange, SignInMethod, SignInRefused};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;
use uuid::Uuid;

use super::identity::Identity;
use super::owner::Owner;
use super::sign_in::taken;
use super::tries::Trying;
use super::{Access, AccessError, Secret, SignedIn, note};
use crate::commands::RequestOrigin;
use crate::commands::staff::colleague;
use crate::mint;
use crate::ports::{Holder, PasskeyRow, StaffRow, StoreFailure};
use crate::vault::{Wanted, field};

/// What sealed challenges are for.
const CEREMONY: &str = "passkey ceremony";
/// The sealed field of a name.
const NAME: &str = field::PASSKEY_NAME;
/// How long a device may take.
const LONGEST: TimeDelta = TimeDelta::minutes(5);
/// Passkeys of one account at most.
const MOST: usize = 20;

/// Where passkeys are for.
#[derive(Clone, Debug)]
pub struct PasskeySite {
    /// The pages' origin as browsers name it: `https://books.example`.
    pub origin: String,
    /// The host in it.
    pub rp_id: String,
}

/// A question to a device.
#[derive(Clone, Debug)]
pub struct PasskeyQuestion {
    /// Has to be given back with the answer; unreadable.
    pub ceremony: Secret,
    /// What the browser asks the device, as WebAuthn writes it in JSON.
    pub options: Value,
}

/// A passkey as its owner sees it.
#[derive(Clone, Debug)]
pub struct OwnPasskey {
    /// Its id.
    pub id: Uuid,
    /// What its owner calls it; empty once erased.
    pub name: String,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it opened the account last.
    pub last_used_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, Deserialize)]
struct Ceremony {
    challenge: [u8; 32],
    /// Whose passkey is added; absent for a sign-in.
    adds: Option<Uuid>,
    ends: DateTime<Utc>,
}

impl Access {
    /// Asks a device for a new passkey.
    ///
    /// # Errors
    /// `WrongPassword`, `Slowed`; `NotValid` for an API key.
    pub async fn ask_new_passkey(
        &self,
        who: &Identity,
        password: &Secret,
        origin: &RequestOrigin,
    ) -> Result<PasskeyQuestion, AccessError> {
        let row = self.own_staff(who).await?;
        self.prove(&(&row).into(), password, origin).await?;
        let person = colleague(&self.parts.door, row.tenant, row.id).await?;
        let profile = person.and_then(|person| person.profile.clear());
        let profile = profile.ok_or(AccessError::NotValid)?;
        let (challenge, ceremony) = self.ceremony(Some(row.id.uuid())).await?;
        let known = self.parts.passkeys.of(row.tenant, row.id).await?;
        if known.len() >= MOST {
            let detail = "remove a passkey first: an account has 20 at most";
            return Err(AccessError::Malformed { field: "/password", detail });
        }
        let known: Vec<Value> = known.iter().map(|row| named(&row.credential_id)).collect();
        let kinds = ceremony::ALGORITHMS.map(|alg| json!({ "type": "public-key", "alg": alg }));
        let seller = self.parts.door.settings(row.tenant).await?.name.clone();
        let handle = [*row.tenant.uuid().as_bytes(), *row.id.uuid().as_bytes()].concat();
        let options = json!({
            "challenge": encode(&challenge),
            "rp": { "id": self.parts.passkey_site.rp_id, "name": seller },
            "user": { "id": encode(&handle), "name": profile.email, "displayName": profile.name },
            "pubKeyCredParams": kinds,
            "timeout": LONGEST.num_milliseconds(),
            "attestation": "none",
            "excludeCredentials": known,
            "authenticatorSelection": {
                "residentKey": "required", "requireResidentKey": true,
                "userVerification": "required",
            },
        });
        Ok(PasskeyQuestion { ceremony, options })
    }

    /// Adds the passkey that a device made.
    ///
    /// # Errors
    /// `WrongPasskey` when what the device says does not hold, or is known already; the name breaks
    /// a rule.
    pub async fn add_passkey(
        &self,
        who: &Identity,
        ceremony: &Secret,
        name: &str,
        made: Value,
        origin: &RequestOrigin,
    ) -> Result<OwnPasskey, AccessError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
            let detail = "name it in 1 to 60 characters";
            return Err(AccessError::Malformed { field: "/name", detail });
        }
        let (row, now) = (self.own_staff(who).await?, self.parts.clock.now());
        let challenge = self.spend(ceremony, Some(row.id.uuid()), now).await?;
        let made: ceremony::Made =
            serde_json::from_value(made).map_err(|_| AccessError::WrongPasskey)?;
        let credential = ceremony::made(&self.parts.passkey_site, &challenge, &made);
        let credential = credential.ok_or(AccessError::WrongPasskey)?;
        let passkey = PasskeyRow {
            tenant: row.tenant,
            id: mint::uuid_v7(now),
            staff: row.id,
            credential_id: credential.id,
            public_key: credential.public_key,
            algorithm: credential.algorithm,
            sign_count: credential.sign_count,
            name: self.seal_name(&row, name).await?,
            created_at: now,
            last_used_at: None,
        };
        if !self.parts.passkeys.add(&passkey).await? {
            return Err(AccessError::WrongPasskey);
        }
        let (what, which) = (MeansChange::PasskeyAdded, Some(passkey.id.to_string()));
        self.note_change(&row, Actor::Staff(row.id), what, which, origin).await?;
        let (id, name) = (passkey.id, name.to_owned());
        Ok(OwnPasskey { id, name, created_at: now, last_used_at: None })
    }

    /// One's own passkeys, oldest first.
    ///
    /// # Errors
    /// `NotValid` for an API key; the database or the key table does not answer.
    pub async fn own_passkeys(&self, who: &Identity) -> Result<Vec<OwnPasskey>, AccessError> {
        let (staff, _) = who.person().ok_or(AccessError::NotValid)?;
        let rows = self.parts.passkeys.of(who.tenant, staff).await?;
        let mut own = Vec::with_capacity(rows.len());
        for row in rows {
            let what = "passkeys.name is not a sealed field";
            let sealed: Pii<String> =
                serde_json::from_value(row.name).map_err(|_| StoreFailure::Corrupt { what })?;
            let name = self.parts.vault.open(who.tenant, NAME, &sealed).await?;
            own.push(OwnPasskey {
                id: row.id,
                name: name.clear().unwrap_or_default(),
                created_at: row.created_at,
                last_used_at: row.last_used_at,
            });
        }
        Ok(own)
    }

    /// Takes one of one's own passkeys away, with one's password; false when there is none such.
    ///
    /// # Errors
    /// `WrongPassword` or `Slowed`; as [`Access::own_passkeys`].
    pub async fn remove_passkey(
        &self,
        who: &Identity,
        (id, password): (Uuid, &Secret),
        origin: &RequestOrigin,
    ) -> Result<bool, AccessError> {
        let row = self.own_staff(who).await?;
        self.prove(&Owner::from(&row), password, origin).await?;
        if !self.parts.passkeys.remove(row.tenant, row.id, id).await? {
            return Ok(false);
        }
        let (what, which) = (MeansChange::PasskeyRemoved, Some(id.to_string()));
        self.note_change(&row, Actor::Staff(row.id), what, which, origin).await?;
        Ok(true)
    }

    /// Asks a device who is there; the same question for everybody.
    ///
    /// # Errors
    /// The key table does not answer.
    pub async fn ask_passkey(&self) -> Result<PasskeyQuestion, AccessError> {
        let (challenge, ceremony) = self.ceremony(None).await?;
        let options = json!({
            "challenge": encode(&challenge),
            "rpId": self.parts.passkey_site.rp_id,
            "timeout": LONGEST.num_milliseconds(),
            "userVerification": "required",
        });
        Ok(PasskeyQuestion { ceremony, options })
    }

    /// Begins a session for whoever a device says is there.
    ///
    /// # Errors
    /// `NotValid` for anything that does not hold, `Slowed` after repeated failures.
    pub async fn sign_in_by_passkey(
        &self,
        ceremony: &Secret,
        signed: Value,
        origin: &RequestOrigin,
    ) -> Result<SignedIn, AccessError> {
        let begun = Instant::now();
        let row = taken(begun, self.shown(ceremony, signed, origin).await).await?;
        self.begin(&row, Vec::new(), SignInMethod::Passkey, origin).await
    }

    /// The account of whoever a device says is there; whatever comes of it is noted, but for a
    /// success.
    async fn shown(
        &self,
        ceremony: &Secret,
        signed: Value,
        origin: &RequestOrigin,
    ) -> Result<StaffRow, AccessError> {
        let now = self.parts.clock.now();
        let challenge = self.spend(ceremony, None, now).await?;
        let signed: ceremony::Signed =
            serde_json::from_value(signed).map_err(|_| AccessError::NotValid)?;
        let found = self.known_passkey(&signed).await?;
        // One that nobody knows is slowed by where it comes from.
        let (address, tenant) = match &found {
            Some((row, _)) => (row.email_index.clone(), Some(row.tenant)),
            None => {
                let from = origin.ip.map(|ip| ip.to_string()).unwrap_or_default();
                (self.parts.vault.sign_in_index(&format!("passkey:{from}"), now).await?, None)
            }
        };
        let begun = self.begin_try(Trying::SignIn, &address, origin.ip).await?;
        let tried = begun.map_err(|retry_after| AccessError::Slowed { retry_after })?;
        let (staff_id, reason) = match found {
            Some((row, passkey)) => match self.opens(&row, &passkey, &challenge, &signed).await? {
                None => {
                    self.try_succeeded(&tried).await;
                    return Ok(row);
                }
                Some(reason) => (Some(row.id), reason),
            },
            None => (None, SignInRefused::WrongPasskey),
        };
        let place = match tenant {
            Some(tenant) => Some(tenant),
            None => self.place_of_unknown(None).await?,
        };
        if let Some(tenant) = place {
            let holder = staff_id.map(Holder::Staff);
            let what = note::refused(holder, reason, tried.slows);
            self.note(tenant, &address, None, origin, what).await?;
        }
        Err(AccessError::NotValid)
    }

    /// The passkey that a device names, and the account it is for.
    async fn known_passkey(
        &self,
        signed: &ceremony::Signed,
    ) -> Result<Option<(StaffRow, PasskeyRow)>, AccessError> {
        let handle = signed.response.user_handle.as_deref().and_then(ceremony::decode);
        let handle = handle.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let id = ceremony::decode(&signed.raw_id);
        let (Some(handle), Some(id)) = (handle, id) else { return Ok(None) };
        let half = |from| Uuid::from_slice(&handle[from..from + 16]).unwrap_or_default();
        let (tenant, staff) = (TenantId::new(half(0)), StaffId::new(half(16)));
        let passkey = self.parts.passkeys.find(tenant, &id).await?;
        let Some(passkey) = passkey.filter(|it| it.staff == staff) else { return Ok(None) };
        let row = self.parts.staff.find(tenant, staff).await?;
        Ok(row.map(|row| (row, passkey)))
    }

    /// Why a passkey does not open its account; nothing if it does, and its use is noted.
    async fn opens(
        &self,
        row: &StaffRow,
        passkey: &PasskeyRow,
        challenge: &[u8],
        signed: &ceremony::Signed,
    ) -> Result<Option<SignInRefused>, AccessError> {
        if row.disabled_at.is_some() {
            return Ok(Some(SignInRefused::AccountStopped));
        }
        if self.parts.only_by_provider {
            return Ok(Some(SignInRefused::ProviderOnly));
        }
        let key = (passkey.algorithm, passkey.public_key.as_slice());
        let count = ceremony::signed(&self.parts.passkey_site, challenge, signed, key);
        let before = passkey.sign_count;
        let Some(count) = count.filter(|now| *now > before || (*now == 0 && before == 0)) else {
            return Ok(Some(SignInRefused::WrongPasskey));
        };
        let now = self.parts.clock.now();
        let noted = self.parts.passkeys.used(row.tenant, passkey.id, before, count, now).await?;
        Ok((!noted).then_some(SignInRefused::WrongPasskey))
    }

    async fn ceremony(&self, adds: Option<Uuid>) -> Result<([u8; 32], Secret), AccessError> {
        let now = self.parts.clock.now();
        let mut challenge = [0_u8; 32];
        rand::fill(&mut challenge);
        let ceremony = Ceremony { challenge, adds, ends: now + LONGEST };
        let plain = serde_json::to_vec(&ceremony).map_err(crate::Error::bug)?;
        let sealed = self.parts.vault.seal_for_installation(CEREMONY, &[], &plain, now).await?;
        Ok((challenge, Secret::new(encode(&sealed))))
    }

    /// The challenge of a ceremony, which can be finished no more.
    async fn spend(
        &self,
        ceremony: &Secret,
        adds: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<[u8; 32], AccessError> {
        let sealed = ceremony::decode(ceremony.reveal()).ok_or(AccessError::NotValid)?;
        let plain = self.parts.vault.open_for_installation(CEREMONY, &[], &sealed, now).await;
        let plain = plain.map_err(|_| AccessError::NotValid)?;
        let ceremony: Ceremony =
            serde_json::from_slice(&plain).map_err(|_| AccessError::NotValid)?;
        let hash: [u8; 32] = Sha256::digest(ceremony.challenge).into();
        let spent = &self.parts.spent_challenges;
        let live = ceremony.ends > now && ceremony.adds == adds;
        if !live || !spent.spend(&hash, ceremony.ends, now).await? {
            return Err(AccessError::NotValid);
        }
        Ok(ceremony.challenge)
    }

    async fn seal_name(&self, row: &StaffRow, name: &str) -> Result<Value, AccessError> {
        let subject = SubjectId::new(row.id.uuid());
        let wanted = Wanted { subject, class: KeyClass::Operational, retain_until: None };
        let now = self.parts.clock.now();
        let ring = self.parts.vault.ring_to_seal(row.tenant, &[wanted], now).await?;
        let name = name.to_owned();
        let sealed: Pii<String> = ring.seal(subject, KeyClass::Operational, NAME, &name)?;
        let what = "the name of a passkey is no JSON";
        Ok(serde_json::to_value(&sealed).map_err(|_| StoreFailure::Corrupt { what })?)
    }
}

fn named(credential_id: &[u8]) -> Value {
    json!({ "type": "public-key", "id": encode(credential_id) })
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
