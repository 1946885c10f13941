//! Password hashing with argon2id (19 MiB, two passes, one lane), off the threads that serve
//! requests.
//!
//! Guarantees: a fresh salt per hash; `verify_nobody` costs one real verification; at most
//! `AT_ONCE` hashes run together, so that a flood of sign-ins cannot take the memory of the server.

use std::sync::{Arc, OnceLock};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use async_trait::async_trait;
use billfold_app::ports::{PasswordHashing, PasswordRefusal};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Hashes that may run at the same time.
const AT_ONCE: usize = 4;

/// The hash that stands in for an account that does not exist.
static NOBODY: OnceLock<String> = OnceLock::new();

/// Argon2id with the parameters of this version.
#[derive(Debug)]
pub struct Argon2id {
    room: Arc<Semaphore>,
}

impl Argon2id {
    /// A hasher.
    #[must_use]
    pub fn new() -> Self {
        Self { room: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordRefusal> + Send + 'static,
    ) -> Result<T, PasswordRefusal> {
        let _room = self.room.acquire().await.map_err(refusal)?;
        spawn_blocking(work).await.map_err(refusal)?
    }
}

impl Default for Argon2id {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl PasswordHashing for Argon2id {
    async fn hash(&self, password: &str) -> Result<String, PasswordRefusal> {
        let password = password.to_owned();
        self.run(move || hash(&password)).await
    }

    async fn verify(&self, password: &str, stored: &str) -> Result<bool, PasswordRefusal> {
        let (password, stored) = (password.to_owned(), stored.to_owned());
        self.run(move || verify(&password, &stored)).await
    }

    async fn verify_nobody(&self, password: &str) {
        let password = password.to_owned();
        let spent = self.run(move || match NOBODY.get() {
            Some(stored) => verify(&password, stored),
            None => {
                let stored = hash("nobody signs in with this")?;
                verify(&password, NOBODY.get_or_init(|| stored))
            }
        });
        let _answer_is_no = spent.await;
    }
}

fn hash(password: &str) -> Result<String, PasswordRefusal> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(refusal)
}

fn verify(password: &str, stored: &str) -> Result<bool, PasswordRefusal> {
    let stored = PasswordHash::new(stored).map_err(refusal)?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &stored).is_ok())
}

fn refusal(error: impl std::fmt::Display) -> PasswordRefusal {
    PasswordRefusal { reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_opens_its_own_hash_and_no_other() {
        let hasher = Argon2id::new();
        let stored = hasher.hash("correct horse").await.unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(hasher.verify("correct horse", &stored).await.unwrap());
        assert!(!hasher.verify("correct house", &stored).await.unwrap());
        assert_ne!(stored, hasher.hash("correct horse").await.unwrap(), "salts must differ");
        assert!(hasher.verify("x", "not a hash").await.is_err());
    }
}
