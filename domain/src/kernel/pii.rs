//! Sealed personal data.
//!
//! Guarantees that the domain can carry personal data but never read or print it: only the
//! application holds the keys. Erasing a person destroys the key; the events stay as they are.
//! Absent on purpose: encryption.

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::kernel::id::SubjectId;
use crate::kernel::refusal::Invalid;

/// What a key is kept for, and so how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyClass {
    /// Everyday data: destroyed as soon as the person asks for it.
    Operational,
    /// Data on issued documents: kept until the law lets it go.
    Fiscal,
}

/// A sealed `T`: whose data it is, under which class of key, and the ciphertext in base 64.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Pii<T> {
    subject: SubjectId,
    class: KeyClass,
    sealed: String,
    #[serde(skip)]
    content: PhantomData<fn() -> T>,
}

impl<T> Pii<T> {
    /// Wraps a ciphertext that the application made.
    pub fn new(subject: SubjectId, class: KeyClass, sealed: String) -> Self {
        Self { subject, class, sealed, content: PhantomData }
    }

    /// Whose data it is.
    pub fn subject(&self) -> SubjectId {
        self.subject
    }

    /// Which class of key seals it.
    pub fn class(&self) -> KeyClass {
        self.class
    }

    /// The ciphertext in base 64.
    pub fn sealed(&self) -> &str {
        &self.sealed
    }
}

impl<T> Clone for Pii<T> {
    fn clone(&self) -> Self {
        Self::new(self.subject, self.class, self.sealed.clone())
    }
}

impl<T> PartialEq for Pii<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.subject, self.class, &self.sealed) == (other.subject, other.class, &other.sealed)
    }
}

impl<T> Eq for Pii<T> {}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pii({}, {:?})", self.subject, self.class)
    }
}

/// A keyed hash of a personal value: equal values can be found, none can be read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct BlindIndex(String);

impl BlindIndex {
    /// Takes an HMAC in lower case hex, 32 to 128 characters.
    pub fn try_new(hex: impl Into<String>) -> Result<Self, Invalid> {
        let hex = hex.into();
        let digits = hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if !digits || !(32..=128).contains(&hex.len()) {
            let detail = "must be 32 to 128 lower case hexadecimal digits";
            return Err(Invalid::one("blind_index", "blind_index.malformed", detail));
        }
        Ok(Self(hex))
    }

    /// The hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for BlindIndex {
    type Error = Invalid;

    fn try_from(hex: String) -> Result<Self, Self::Error> {
        Self::try_new(hex)
    }
}

impl fmt::Debug for BlindIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BlindIndex")
    }
}
