//! Port: slow, salted password hashing.
//!
//! Contract: `verify` of a hash made here and `verify_nobody` cost the same; neither blocks the
//! caller's thread pool. A hash of another system may cost more: whoever asks answers a refusal
//! after a time of its own.

use async_trait::async_trait;

/// A password could not be hashed or a stored hash could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the password hash could not be computed: {reason}")]
pub struct PasswordRefusal {
    /// What the hash function said; never the password.
    pub reason: String,
}

/// Hashes and verifies passwords.
#[async_trait]
pub trait PasswordHashing: Send + Sync {
    /// A self-describing hash of `password` with a fresh salt.
    async fn hash(&self, password: &str) -> Result<String, PasswordRefusal>;

    /// What is wrong with a hash that another system made: unknown, broken, or dearer to verify
    /// than we are ready to pay.
    fn check(&self, stored: &str) -> Result<(), PasswordRefusal>;

    /// Whether `hash` would make a better one today.
    fn is_outdated(&self, stored: &str) -> bool;

    /// Whether `password` made `stored`.
    async fn verify(&self, password: &str, stored: &str) -> Result<bool, PasswordRefusal>;

    /// Spends the time of a `verify` and says no.
    async fn verify_nobody(&self, password: &str);
}
