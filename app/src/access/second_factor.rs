//! The second step of a sign-in: a code that changes every 30 seconds (RFC 6238), or a recovery
//! code that is used once (AUT-12).
//!
//! Guarantees: the secret lies sealed, recovery codes as keyed hashes; a code opens once, also when
//! two present it at the same time; it is taken one interval early or late. Absent on purpose:
//! sending codes, which a second channel would need.

use billfold_domain::kernel::{KeyClass, Pii, StaffId, SubjectId, TenantId};
use billfold_domain::sign_in::{MeansChange, SignInMethod};
use chrono::{DateTime, Utc};
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use super::identity::Identity;
use super::owner::Owner;
use super::tries::Trying;
use super::{Access, AccessError, Secret};
use crate::commands::RequestOrigin;
use crate::ports::{Holder, SecondFactorRow, StoreFailure};
use crate::vault::{Opened, Wanted, field};

/// The sealed field of the secret.
const SECRET: &str = field::STAFF_SECOND_FACTOR;
/// What the key of recovery codes is for.
const RECOVERY: &str = "recovery code";
/// Recovery codes of an account.
const CODES: usize = 10;
/// Characters of a recovery code; each is one of 32.
const CODE_LENGTH: usize = 10;
/// Letters and digits that are not taken for one another.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What an account has of a second step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondFactor {
    /// Since when it is asked for.
    pub since: DateTime<Utc>,
    /// Recovery codes that were not used.
    pub codes_left: u32,
}

/// A second step that waits for its first code.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// The secret in base 32, to be typed into an authenticator.
    pub secret: Secret,
    /// The same as an address that authenticators read from a picture.
    pub uri: Secret,
}

impl Access {
    /// The second step of whoever asks, if it counts.
    ///
    /// # Errors
    /// `NotValid` for an API key; the database does not answer.
    pub async fn second_factor(&self, who: &Identity) -> Result<Option<SecondFactor>, AccessError> {
        let (holder, _) = who.holder().ok_or(AccessError::NotValid)?;
        let row = self.parts.second_factors.find(who.tenant, holder).await?;
        Ok(row.and_then(|row| {
            Some(SecondFactor { since: row.confirmed_at?, codes_left: row.codes_left })
        }))
    }

    /// Makes a secret; it counts once [`Access::confirm_second_factor`] saw a code of it.
    ///
    /// # Errors
    /// `WrongPassword`; `SecondFactorExists`, which has to be removed first.
    pub async fn enrol_second_factor(
        &self,
        who: &Identity,
        password: &Secret,
        origin: &RequestOrigin,
    ) -> Result<Enrolment, AccessError> {
        let row = self.own_row(who).await?;
        self.prove(&row, password, origin).await?;
        let mut bytes = Zeroizing::new([0_u8; 20]);
        rand::fill(bytes.as_mut_slice());
        let totp = totp(&bytes)?;
        let proposed = SecondFactorRow {
            tenant: row.tenant,
            holder: row.holder,
            secret: self.seal_secret(row.tenant, row.holder, &bytes).await?,
            created_at: self.parts.clock.now(),
            confirmed_at: None,
            codes_left: 0,
        };
        if !self.parts.second_factors.propose(&proposed).await? {
            return Err(AccessError::SecondFactorExists);
        }
        let secret = totp.secret().to_base32();
        let uri = self.uri(&row, &secret).await?;
        Ok(Enrolment { secret: Secret::new(secret), uri: Secret::new(uri) })
    }

    /// Shows the secret again that waits for its first code.
    ///
    /// # Errors
    /// `NoSecondFactor` when none waits.
    pub async fn proposed_second_factor(&self, who: &Identity) -> Result<Enrolment, AccessError> {
        let row = self.own_row(who).await?;
        let found = self.parts.second_factors.find(row.tenant, row.holder).await?;
        let waits = found.filter(|factor| factor.confirmed_at.is_none());
        let factor = waits.ok_or(AccessError::NoSecondFactor)?;
        let secret = self.opened(&factor).await?.secret().to_base32();
        let uri = self.uri(&row, &secret).await?;
        Ok(Enrolment { secret: Secret::new(secret), uri: Secret::new(uri) })
    }

    /// Makes the proposed secret count, if the code is one of it. Answers ten recovery codes, which
    /// are shown this once.
    ///
    /// # Errors
    /// `WrongCode` or `Slowed`; `NoSecondFactor` when none waits.
    pub async fn confirm_second_factor(
        &self,
        who: &Identity,
        code: &Secret,
        origin: &RequestOrigin,
    ) -> Result<Vec<Secret>, AccessError> {
        let row = self.own_row(who).await?;
        let found = self.parts.second_factors.find(row.tenant, row.holder).await?;
        let waits = found.filter(|factor| factor.confirmed_at.is_none());
        let factor = waits.ok_or(AccessError::NoSecondFactor)?;
        let now = self.parts.clock.now();
        let trying = Trying::to_enter(row.holder);
        let begun = self.begin_try(trying, &row.email_index, origin.ip).await?;
        let tried = begun.map_err(|retry_after| AccessError::Slowed { retry_after })?;
        let totp = self.opened(&factor).await?;
        let step = step_of(&totp, code, now).ok_or(AccessError::WrongCode)?;
        self.undo_try(&tried).await;
        let (codes, hashes) = self.new_recovery_codes(row.holder, now).await?;
        let factors = &self.parts.second_factors;
        if !factors.confirm(row.tenant, row.holder, now, step, &hashes).await? {
            return Err(AccessError::NoSecondFactor);
        }
        self.passes.drop_all();
        let (by, what) = (row.holder.actor(), MeansChange::SecondStepSetUp);
        self.note_change(&row, by, what, None, origin).await?;
        Ok(codes)
    }

    /// Takes one's own second step away, if the code is one of it or a recovery code.
    ///
    /// # Errors
    /// `WrongCode` or `Slowed`; `NoSecondFactor` when there is none.
    pub async fn remove_second_factor(
        &self,
        who: &Identity,
        code: &Secret,
        origin: &RequestOrigin,
    ) -> Result<(), AccessError> {
        let row = self.own_row(who).await?;
        if !self.asks_for_code(row.tenant, row.holder).await? {
            return Err(AccessError::NoSecondFactor);
        }
        let trying = Trying::to_enter(row.holder);
        let begun = self.begin_try(trying, &row.email_index, origin.ip).await?;
        let tried = begun.map_err(|retry_after| AccessError::Slowed { retry_after })?;
        self.take_code(&row, code).await?.ok_or(AccessError::WrongCode)?;
        self.undo_try(&tried).await;
        self.parts.second_factors.remove(row.tenant, row.holder).await?;
        self.passes.drop_all();
        let (by, what) = (row.holder.actor(), MeansChange::SecondStepRemoved);
        self.note_change(&row, by, what, None, origin).await
    }

    /// Puts ten new recovery codes in the place of all older ones, if the code is one of the second
    /// step. They are shown this once.
    ///
    /// # Errors
    /// `WrongCode` or `Slowed`; `NoSecondFactor` when there is none.
    pub async fn renew_recovery_codes(
        &self,
        who: &Identity,
        code: &Secret,
        origin: &RequestOrigin,
    ) -> Result<Vec<Secret>, AccessError> {
        let row = self.own_row(who).await?;
        if !self.asks_for_code(row.tenant, row.holder).await? {
            return Err(AccessError::NoSecondFactor);
        }
        let now = self.parts.clock.now();
        let trying = Trying::to_enter(row.holder);
        let begun = self.begin_try(trying, &row.email_index, origin.ip).await?;
        let tried = begun.map_err(|retry_after| AccessError::Slowed { retry_after })?;
        self.take_code(&row, code).await?.ok_or(AccessError::WrongCode)?;
        self.undo_try(&tried).await;
        let (codes, hashes) = self.new_recovery_codes(row.holder, now).await?;
        self.parts.second_factors.renew_codes(row.tenant, row.holder, &hashes).await?;
        let (by, what) = (row.holder.actor(), MeansChange::RecoveryCodesRenewed);
        self.note_change(&row, by, what, None, origin).await?;
        Ok(codes)
    }

    async fn new_recovery_codes(
        &self,
        holder: Holder,
        now: DateTime<Utc>,
    ) -> Result<(Vec<Secret>, Vec<[u8; 32]>), AccessError> {
        let (mut codes, mut hashes) = (Vec::new(), Vec::new());
        for _ in 0..CODES {
            let code = new_code();
            hashes.push(self.recovery_hash(holder, code.reveal(), now).await?);
            codes.push(code);
        }
        Ok((codes, hashes))
    }

    /// Whether a sign-in to this account asks for a code.
    pub(super) async fn asks_for_code(
        &self,
        tenant: TenantId,
        holder: impl Into<Holder>,
    ) -> Result<bool, AccessError> {
        let row = self.parts.second_factors.find(tenant, holder.into()).await?;
        Ok(row.is_some_and(|row| row.confirmed_at.is_some()))
    }

    /// Whether the seller demands a second step that the account does not have.
    pub(super) async fn must_set_up(
        &self,
        tenant: TenantId,
        staff: StaffId,
    ) -> Result<bool, AccessError> {
        let demanded = self.parts.door.settings(tenant).await?.second_factor;
        Ok(demanded && !self.asks_for_code(tenant, staff).await?)
    }

    /// Takes a code of the account, of either kind; nothing if it is none or was taken before.
    pub(super) async fn take_code(
        &self,
        owner: &Owner,
        code: &Secret,
    ) -> Result<Option<SignInMethod>, AccessError> {
        let factors = &self.parts.second_factors;
        let Some(factor) = factors.find(owner.tenant, owner.holder).await? else { return Ok(None) };
        let now = self.parts.clock.now();
        if let Some(step) = step_of(&self.opened(&factor).await?, code, now) {
            let taken = factors.take_step(owner.tenant, owner.holder, step).await?;
            return Ok(taken.then_some(SignInMethod::PasswordAndCode));
        }
        let hash = self.recovery_hash(owner.holder, code.reveal(), now).await?;
        let taken = factors.take_recovery_code(owner.tenant, owner.holder, &hash, now).await?;
        Ok(taken.then_some(SignInMethod::PasswordAndRecoveryCode))
    }

    /// The account of whoever asks.
    pub(super) async fn own_row(&self, who: &Identity) -> Result<Owner, AccessError> {
        let (holder, _) = who.holder().ok_or(AccessError::NotValid)?;
        self.owner(who.tenant, holder).await?.ok_or(AccessError::NotValid)
    }

    async fn seal_secret(
        &self,
        tenant: TenantId,
        holder: Holder,
        secret: &[u8; 20],
    ) -> Result<serde_json::Value, AccessError> {
        let subject = SubjectId::new(holder.uuid());
        let wanted = Wanted { subject, class: KeyClass::Operational, retain_until: None };
        let ring = self.parts.vault.ring_to_seal(tenant, &[wanted], self.parts.clock.now()).await?;
        let sealed: Pii<[u8; 20]> = ring.seal(subject, KeyClass::Operational, SECRET, secret)?;
        let what = "the secret of a second step is no JSON";
        Ok(serde_json::to_value(&sealed).map_err(|_| StoreFailure::Corrupt { what })?)
    }

    async fn opened(&self, factor: &SecondFactorRow) -> Result<Totp, AccessError> {
        let what = "second_factors.secret is not a sealed field";
        let sealed: Pii<[u8; 20]> = serde_json::from_value(factor.secret.clone())
            .map_err(|_| StoreFailure::Corrupt { what })?;
        match self.parts.vault.open(factor.tenant, SECRET, &sealed).await? {
            Opened::Clear(secret) => totp(&secret),
            Opened::Erased => Err(AccessError::NotValid),
        }
    }

    async fn recovery_hash(
        &self,
        holder: Holder,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<[u8; 32], AccessError> {
        let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        let value = format!("{}:{}", holder.uuid(), plain.to_lowercase());
        Ok(self.parts.vault.installation_hash(RECOVERY, &value, now).await?)
    }

    /// The address that authenticators read: who asks for codes, whose they are, the secret.
    async fn uri(&self, row: &Owner, secret: &str) -> Result<String, AccessError> {
        let settings = self.parts.door.settings(row.tenant).await?;
        let (issuer, email) =
            (escaped(&settings.name), self.address_of(row.tenant, row.holder).await?);
        let label = email.map_or_else(|| "account".to_owned(), |email| escaped(&email));
        Ok(format!("otpauth://totp/{issuer}:{label}?secret={secret}&issuer={issuer}"))
    }
}

fn totp(secret: &[u8; 20]) -> Result<Totp, AccessError> {
    let totp = Builder::new().with_secret(*secret).with_skew(1).build();
    totp.map_err(|error| AccessError::Log(crate::Error::bug(error)))
}

/// The number of the interval whose code this is, near now.
fn step_of(totp: &Totp, code: &Secret, now: DateTime<Utc>) -> Option<i64> {
    let digits: String = code.reveal().chars().filter(|c| !c.is_whitespace()).collect();
    let at = u64::try_from(now.timestamp()).ok()?;
    totp.check(&digits, at).and_then(|step| i64::try_from(step).ok())
}

/// A new recovery code such as `7k3q9-m2x4t`.
fn new_code() -> Secret {
    let mut bytes = Zeroizing::new([0_u8; CODE_LENGTH]);
    rand::fill(bytes.as_mut_slice());
    let letter = |byte: &u8| char::from(ALPHABET[usize::from(byte & 31)]);
    let code: Zeroizing<String> = Zeroizing::new(bytes.iter().map(letter).collect());
    let (left, right) = code.split_at(CODE_LENGTH / 2);
    Secret::new(format!("{left}-{right}"))
}

/// A text as a part of an address.
fn escaped(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238_one_interval_early_or_late() {
        // Appendix B of the RFC, cut to six digits.
        let totp = totp(b"12345678901234567890").unwrap();
        let code = Secret::new("287 082");
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        for (seconds, step) in [(29, Some(1)), (59, Some(1)), (89, Some(1)), (90, None)] {
            assert_eq!(step_of(&totp, &code, at(seconds)), step, "{seconds}");
        }
        for wrong in ["", "287083", "2870820", "nonsense", "７２８７０８２"] {
            assert_eq!(step_of(&totp, &Secret::new(wrong), at(59)), None, "{wrong}");
        }
    }

    #[test]
    fn recovery_codes_differ_and_labels_are_escaped() {
        let (one, other) = (new_code(), new_code());
        assert_eq!(one.reveal().len(), CODE_LENGTH + 1);
        assert_ne!(one.reveal(), other.reveal());
        assert_eq!(escaped("Böhm & Co: x"), "B%C3%B6hm%20%26%20Co%3A%20x");
    }
}
