//! The vault: personal data is sealed before it reaches an event, and opened after it left a read
//! model (D12, R33).
//!
//! Each subject has data keys by class: *operational* (contact data, erased at once) and *fiscal*
//! (the buyer on issued documents, kept until retention ends). Data keys lie in the database,
//! wrapped by a key-encryption key that does not.
//! Guarantees: AES-256-GCM with a fresh nonce; a field opens only for its tenant, subject, class
//! and name; after `erase` nothing opens and nothing can be sealed for that subject; keys never
//! appear in logs or `Debug`.
//! Absent on purpose: what counts as personal (the domain's `Pii` says) and when to erase (a
//! command says).

mod cache;
mod cipher;
mod data_key;
mod error;
mod installation;
mod kek;
mod key_backup;
mod key_files;
mod ring;
mod rotation;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use billfold_domain::kernel::{BlindIndex, KeyClass, Pii, SubjectId, TenantId};
use chrono::{DateTime, NaiveDate, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::de::DeserializeOwned;
use sha2::Sha256;
use uuid::Uuid;

use crate::ports::{KeyRef, Purpose, StoredKey, SubjectKeys, SubjectRef};
use cache::{CachedKey, KeyCache};
use data_key::DataKey;

pub use error::VaultError;
pub use kek::Kek;
pub use key_backup::{BackedUp, BackupError, Restored, back_up, restore};
pub use key_files::{KeyEncryption, KeyFiles};
pub use ring::{KeyRing, Opened};
pub use rotation::{Rotation, rotate};

/// Declares the sealed fields, and the list of all of them.
macro_rules! fields {
    ($($(#[$doc:meta])* pub const $name:ident: &str = $text:literal;)+) => {
        $($(#[$doc])* pub const $name: &str = $text;)+

        /// All of them: what lies sealed anywhere lies under one of these names.
        pub const ALL: &[&str] = &[$($name),+];
    };
}

/// The sealed fields; the name is part of what is authenticated.
pub mod field {
    fields! {
        /// Name and address of a client, under the operational key.
        pub const CLIENT_CONTACT: &str = "client.contact";
        /// Who a further contact of a client is, under the operational key.
        pub const CLIENT_PERSON: &str = "client.person";
        /// A note of staff about a client, under the operational key.
        pub const CLIENT_NOTE: &str = "client.note";
        /// What a client answered to the seller's own questions, under the operational key.
        pub const CLIENT_CUSTOM_FIELDS: &str = "client.custom_fields";
        /// The buyer on an issued invoice, under the fiscal key.
        pub const INVOICE_BUYER: &str = "invoice.buyer";
        /// A text that was answered when a product was ordered, under the operational key.
        pub const ORDER_ANSWER: &str = "order.answer";
        /// What a member of staff calls a passkey, under the operational key.
        pub const PASSKEY_NAME: &str = "passkey.name";
        /// The picture of a client or a member of staff, under the operational key. Its bytes are
        /// sealed as they are, and lie beside the log.
        pub const PERSON_AVATAR: &str = "person.avatar";
        /// From where and with which program a request came, under the key of its month.
        pub const REQUEST_ORIGIN: &str = "request.origin";
        /// From where and with which program a session began, under its owner's operational key.
        pub const SESSION_ORIGIN: &str = "session.origin";
        /// Name and address of a member of staff, under the operational key.
        pub const STAFF_PROFILE: &str = "staff.profile";
        /// What the codes of a second step follow from, under its owner's operational key.
        pub const STAFF_SECOND_FACTOR: &str = "staff.second_factor";
        /// What proves that a client is exempt from a tax, under the fiscal key.
        pub const TAX_EXEMPTION: &str = "tax_rate.exemption";
    }
}

/// Keys kept unwrapped at most; about 200 bytes each.
const CACHED_KEYS: usize = 50_000;

/// The tenant under which keys of the installation itself are stored.
const INSTALLATION: Uuid = Uuid::nil();

/// Seals and opens personal data.
pub struct Vault {
    wrapping: KeyEncryption,
    keys: Arc<dyn SubjectKeys>,
    cache: KeyCache,
}

/// A key that sealing will need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// Whose data is sealed.
    pub subject: SubjectId,
    /// Under which class.
    pub class: KeyClass,
    /// The last day on which law asks for it; none for operational data.
    pub retain_until: Option<NaiveDate>,
}

impl Vault {
    /// A vault over a key table.
    #[must_use]
    pub fn new(wrapping: impl Into<KeyEncryption>, keys: Arc<dyn SubjectKeys>) -> Self {
        Self { wrapping: wrapping.into(), keys, cache: KeyCache::new(CACHED_KEYS) }
    }

    /// A ring that can seal for everything in `wanted`: keys that do not exist are made, in two
    /// round trips for any number of them. Subjects whose keys were destroyed get none, and sealing
    /// for them is refused.
    ///
    /// # Errors
    /// The key table does not answer, or a key does not open.
    pub async fn ring_to_seal(
        &self,
        tenant: TenantId,
        wanted: &[Wanted],
        at: DateTime<Utc>,
    ) -> Result<KeyRing, VaultError> {
        let mut ring = KeyRing::new(tenant);
        let mut missing = HashMap::new();
        for want in wanted {
            let purpose = ring::purpose_of(want.class);
            let of = KeyRef { tenant, subject: want.subject, purpose };
            match self.cache.get(&of).filter(|key| key.retain_until >= want.retain_until) {
                Some(key) => ring.hold(&of, Some(key)),
                None => {
                    let until: &mut Option<NaiveDate> = missing.entry(of).or_default();
                    *until = (*until).max(want.retain_until);
                }
            }
        }
        if !missing.is_empty() {
            self.make(tenant, missing, at, &mut ring).await?;
        }
        Ok(ring)
    }

    /// A ring that can open what exists for these subjects and classes; makes nothing.
    ///
    /// # Errors
    /// The key table does not answer, or a key does not open.
    pub async fn ring_to_open(
        &self,
        tenant: TenantId,
        wanted: impl IntoIterator<Item = (SubjectId, KeyClass)>,
    ) -> Result<KeyRing, VaultError> {
        let mut ring = KeyRing::new(tenant);
        let mut missing = HashSet::new();
        for (subject, class) in wanted {
            let of = KeyRef { tenant, subject, purpose: ring::purpose_of(class) };
            match self.cache.get(&of) {
                Some(key) => ring.hold(&of, Some(key)),
                None => {
                    missing.insert(of);
                }
            }
        }
        if !missing.is_empty() {
            let missing: Vec<_> = missing.into_iter().collect();
            let rows = self.keys.get(tenant, &missing).await?;
            self.admit(rows, &mut ring)?;
        }
        Ok(ring)
    }

    /// Opens many sealed fields of one name, in their order; absent ones stay absent.
    ///
    /// # Errors
    /// The key table does not answer, or a field was changed.
    pub async fn open_all<T: DeserializeOwned>(
        &self,
        tenant: TenantId,
        field: &'static str,
        sealed: &[&Pii<T>],
    ) -> Result<Vec<Opened<T>>, VaultError> {
        let wanted = sealed.iter().map(|pii| (pii.subject(), pii.class()));
        let ring = self.ring_to_open(tenant, wanted).await?;
        sealed.iter().map(|pii| ring.open(pii, field)).collect()
    }

    /// Opens one sealed field.
    ///
    /// # Errors
    /// The key table does not answer, or the field was changed.
    pub async fn open<T: DeserializeOwned>(
        &self,
        tenant: TenantId,
        field: &'static str,
        sealed: &Pii<T>,
    ) -> Result<Opened<T>, VaultError> {
        self.ring_to_open(tenant, [(sealed.subject(), sealed.class())]).await?.open(sealed, field)
    }

    /// A keyed hash of an e-mail address for look-ups inside one tenant; upper and lower case are
    /// one address.
    ///
    /// # Errors
    /// The key table does not answer.
    pub async fn email_index(
        &self,
        tenant: TenantId,
        email: &str,
        at: DateTime<Utc>,
    ) -> Result<BlindIndex, VaultError> {
        let key = self.index_key(tenant, at).await?;
        blind(&key, b"email", &email.trim().to_lowercase())
    }

    /// A keyed hash of a gift card's code.
    ///
    /// # Errors
    /// The key table does not answer.
    pub async fn gift_card_index(
        &self,
        tenant: TenantId,
        code: &str,
        at: DateTime<Utc>,
    ) -> Result<BlindIndex, VaultError> {
        let key = self.index_key(tenant, at).await?;
        blind(&key, b"gift card", code)
    }

    /// Bytes that a request stands for and nobody without the seller's key can tell: the code of
    /// the gift card that it sells, which is kept nowhere.
    ///
    /// # Errors
    /// The key table does not answer.
    pub(crate) async fn gift_card_secret(
        &self,
        tenant: TenantId,
        request: &str,
        at: DateTime<Utc>,
    ) -> Result<[u8; 32], VaultError> {
        let key = self.index_key(tenant, at).await?;
        keyed(&key, b"gift card code", request)
    }

    /// Bytes that a webhook endpoint's secret is made of, which is kept nowhere.
    ///
    /// # Errors
    /// The key table does not answer.
    pub(crate) async fn webhook_secret(
        &self,
        tenant: TenantId,
        which: &str,
        at: DateTime<Utc>,
    ) -> Result<[u8; 32], VaultError> {
        let key = self.index_key(tenant, at).await?;
        keyed(&key, b"webhook secret", which)
    }

    /// A keyed hash of a sign-in address, the same in every tenant, so that one sign-in form serves
    /// all.
    ///
    /// # Errors
    /// The key table does not answer.
    pub async fn sign_in_index(
        &self,
        email: &str,
        at: DateTime<Utc>,
    ) -> Result<BlindIndex, VaultError> {
        let key = self.index_key(TenantId::new(INSTALLATION), at).await?;
        blind(&key, b"sign in", &email.trim().to_lowercase())
    }

    /// A keyed hash under a key of the installation, the same in every tenant. `what` keeps its
    /// uses apart: hashes of one never match those of another.
    ///
    /// # Errors
    /// The key table does not answer.
    pub(crate) async fn installation_hash(
        &self,
        what: &'static str,
        value: &str,
        at: DateTime<Utc>,
    ) -> Result<[u8; 32], VaultError> {
        let key = self.index_key(TenantId::new(INSTALLATION), at).await?;
        keyed(&key, what.as_bytes(), value)
    }

    /// Destroys a subject's keys: the operational one always, the fiscal one unless retention asks
    /// for it. Answers the day until which the fiscal key stays. A repeat changes nothing.
    ///
    /// # Errors
    /// The key table does not answer.
    pub async fn erase(
        &self,
        of: SubjectRef,
        today: NaiveDate,
        at: DateTime<Utc>,
    ) -> Result<Option<NaiveDate>, VaultError> {
        let kept = self.keys.destroy(of, today, at).await?;
        self.cache.forget(&of);
        Ok(kept)
    }

    /// Erased persons whose documents the law lets go, with the last day it asked for them.
    ///
    /// # Errors
    /// The key table does not answer.
    pub async fn expired(
        &self,
        tenant: TenantId,
        today: NaiveDate,
        after: Option<SubjectId>,
        limit: u32,
    ) -> Result<Vec<(SubjectId, NaiveDate)>, VaultError> {
        Ok(self.keys.expired(tenant, today, after, limit).await?)
    }

    /// The last day on which law asks for the documents of a subject; nothing where none are left
    /// that could be read.
    ///
    /// # Errors
    /// The key table does not answer.
    pub async fn kept_until(
        &self,
        tenant: TenantId,
        subject: SubjectId,
    ) -> Result<Option<NaiveDate>, VaultError> {
        let of = KeyRef { tenant, subject, purpose: Purpose::Fiscal };
        let rows = self.keys.get(tenant, &[of]).await?;
        let living = rows.into_iter().find(|row| row.wrapped.is_some());
        Ok(living.and_then(|row| row.retain_until))
    }

    /// Drops cached keys of a subject, when another node erased it.
    pub fn forget(&self, of: &SubjectRef) {
        self.cache.forget(of);
    }

    async fn index_key(
        &self,
        tenant: TenantId,
        at: DateTime<Utc>,
    ) -> Result<CachedKey, VaultError> {
        let subject = SubjectId::new(tenant.uuid());
        let of = KeyRef { tenant, subject, purpose: Purpose::Index };
        if let Some(key) = self.cache.get(&of) {
            return Ok(key);
        }
        let mut ring = KeyRing::new(tenant);
        self.make(tenant, HashMap::from([(of, None)]), at, &mut ring).await?;
        self.cache.get(&of).ok_or(VaultError::Erased { subject: subject.uuid() })
    }

    async fn make(
        &self,
        tenant: TenantId,
        missing: HashMap<KeyRef, Option<NaiveDate>>,
        at: DateTime<Utc>,
        ring: &mut KeyRing,
    ) -> Result<(), VaultError> {
        let mut rows = Vec::with_capacity(missing.len());
        let kek = self.wrapping.wrapping()?;
        for (of, retain_until) in missing {
            let wrapped = kek.wrap(&of, &DataKey::generate())?;
            let kek_id = kek.id().to_owned();
            rows.push(StoredKey { of, kek_id, wrapped: Some(wrapped), retain_until });
        }
        let standing = self.keys.create(tenant, &rows, at).await?;
        self.admit(standing, ring)
    }

    fn admit(&self, rows: Vec<StoredKey>, ring: &mut KeyRing) -> Result<(), VaultError> {
        let mut live = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(wrapped) = &row.wrapped else {
                ring.hold(&row.of, None);
                continue;
            };
            let key = self.wrapping.unwrap(&row, wrapped)?;
            let cached = CachedKey { key: Arc::new(key), retain_until: row.retain_until };
            ring.hold(&row.of, Some(cached.clone()));
            live.push((row.of, cached));
        }
        self.cache.put(live);
        Ok(())
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("wrapping", &self.wrapping).finish_non_exhaustive()
    }
}

fn blind(key: &CachedKey, what: &[u8], value: &str) -> Result<BlindIndex, VaultError> {
    BlindIndex::try_new(hex(&keyed(key, what, value)?)).map_err(|_| VaultError::TooLong)
}

fn keyed(key: &CachedKey, what: &[u8], value: &str) -> Result<[u8; 32], VaultError> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.key.bytes())
        .map_err(|_| VaultError::TooLong)?;
    mac.update(what);
    mac.update(&[0]);
    mac.update(value.as_bytes());
    Ok(mac.finalize().into_bytes().into())
}

/// Lower case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
