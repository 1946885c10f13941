//! Port: slow, salted password hashing.
//!
//! Contract: `verify` and `verify_nobody` cost the same, so that a sign-in takes equally long
//! whether the account exists or not; neither blocks the caller's thread pool.

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

    /// Whether `password` made `stored`.
    async fn verify(&self, password: &str, stored: &str) -> Result<bool, PasswordRefusal>;

    /// Spends the time of a `verify` and says no.
    async fn verify_nobody(&self, password: &str);
}
