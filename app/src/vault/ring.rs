//! The keys one piece of work needs, fetched or made in one go, so that sealing and opening need no
//! waiting.
//!
//! What is authenticated with a sealed field: a version label, the tenant, the subject, the key
//! class and the name of the field (`client.contact`, `invoice.buyer`). The event type is left out
//! on purpose: several events of one aggregate carry the same field, and a read model that shows it
//! must not need to know which one wrote it last.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use billfold_domain::kernel::{KeyClass, Pii, SubjectId, TenantId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::cache::CachedKey;
use super::cipher;
use super::error::VaultError;
use crate::ports::{KeyRef, Purpose};

/// A sealed field as long as this, in bytes of JSON, is refused: an event must stay small.
const LONGEST_FIELD: usize = 64 * 1024;

/// A sealed field after an attempt to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened<T> {
    /// It could be read.
    Clear(T),
    /// Its key was destroyed: nobody can read it any more.
    Erased,
}

impl<T> Opened<T> {
    /// The value, or nothing once erased.
    pub fn clear(self) -> Option<T> {
        match self {
            Self::Clear(value) => Some(value),
            Self::Erased => None,
        }
    }
}

/// Keys of one tenant, in memory, for one piece of work.
#[derive(Clone)]
pub struct KeyRing {
    tenant: TenantId,
    keys: HashMap<(SubjectId, Purpose), Option<CachedKey>>,
}

impl KeyRing {
    pub(super) fn new(tenant: TenantId) -> Self {
        Self { tenant, keys: HashMap::new() }
    }

    pub(super) fn hold(&mut self, of: &KeyRef, key: Option<CachedKey>) {
        self.keys.insert((of.subject, of.purpose), key);
    }

    /// Seals `value` as the field `field` of `subject`.
    ///
    /// # Errors
    /// The ring holds no key for it (erased, or never asked for), or the value is too long.
    pub fn seal<T: Serialize>(
        &self,
        subject: SubjectId,
        class: KeyClass,
        field: &'static str,
        value: &T,
    ) -> Result<Pii<T>, VaultError> {
        debug_assert!(super::field::ALL.contains(&field), "a field that no list names");
        let key = self.key(subject, class).ok_or(VaultError::Erased { subject: subject.uuid() })?;
        let plain = Zeroizing::new(serde_json::to_vec(value).map_err(VaultError::Shape)?);
        if plain.len() > LONGEST_FIELD {
            return Err(VaultError::TooLong);
        }
        let aad = field_aad(self.tenant, subject, class, field);
        let sealed = cipher::seal(key.key.bytes(), &aad, &plain)?;
        Ok(Pii::new(subject, class, STANDARD.encode(sealed)))
    }

    /// Opens a sealed field; a destroyed key is an answer, not an error.
    ///
    /// # Errors
    /// The bytes were changed or belong to another field.
    pub fn open<T: DeserializeOwned>(
        &self,
        sealed: &Pii<T>,
        field: &'static str,
    ) -> Result<Opened<T>, VaultError> {
        let Some(key) = self.key(sealed.subject(), sealed.class()) else {
            return Ok(Opened::Erased);
        };
        let bytes = STANDARD.decode(sealed.sealed()).map_err(|_| VaultError::Tampered)?;
        let aad = field_aad(self.tenant, sealed.subject(), sealed.class(), field);
        let plain = cipher::open(key.key.bytes(), &aad, &bytes)?;
        serde_json::from_slice(&plain).map(Opened::Clear).map_err(VaultError::Shape)
    }

    /// Seals bytes that lie outside of events, of any length, as the field `field` of `subject`.
    ///
    /// # Errors
    /// The ring holds no key for it: erased, or never asked for.
    pub fn seal_bytes(
        &self,
        subject: SubjectId,
        class: KeyClass,
        field: &'static str,
        plain: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        debug_assert!(super::field::ALL.contains(&field), "a field that no list names");
        let key = self.key(subject, class).ok_or(VaultError::Erased { subject: subject.uuid() })?;
        cipher::seal(key.key.bytes(), &field_aad(self.tenant, subject, class, field), plain)
    }

    /// Opens what [`KeyRing::seal_bytes`] sealed; a destroyed key is an answer, not an error.
    ///
    /// # Errors
    /// The bytes were changed or belong to somebody else.
    pub fn open_bytes(
        &self,
        subject: SubjectId,
        class: KeyClass,
        field: &'static str,
        sealed: &[u8],
    ) -> Result<Opened<Vec<u8>>, VaultError> {
        let Some(key) = self.key(subject, class) else { return Ok(Opened::Erased) };
        let aad = field_aad(self.tenant, subject, class, field);
        let plain = cipher::open(key.key.bytes(), &aad, sealed)?;
        Ok(Opened::Clear(plain.to_vec()))
    }

    /// Whether the ring holds a live key of this class for the subject.
    #[must_use]
    pub fn holds(&self, subject: SubjectId, class: KeyClass) -> bool {
        self.key(subject, class).is_some()
    }

    fn key(&self, subject: SubjectId, class: KeyClass) -> Option<&CachedKey> {
        self.keys.get(&(subject, purpose_of(class)))?.as_ref()
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyRing({}, {} keys)", self.tenant, self.keys.len())
    }
}

/// The key purpose behind a class of personal data.
pub(super) fn purpose_of(class: KeyClass) -> Purpose {
    match class {
        KeyClass::Operational => Purpose::Operational,
        KeyClass::Fiscal => Purpose::Fiscal,
    }
}

fn field_aad(tenant: TenantId, subject: SubjectId, class: KeyClass, field: &str) -> Vec<u8> {
    let mut aad = b"billfold field v1".to_vec();
    aad.extend_from_slice(tenant.uuid().as_bytes());
    aad.extend_from_slice(subject.uuid().as_bytes());
    aad.push(purpose_of(class).tag());
    aad.extend_from_slice(field.as_bytes());
    aad
}
