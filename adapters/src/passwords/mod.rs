//! Password hashing off the threads that serve requests: argon2id for what is new, bcrypt for what
//! other systems left behind.
//!
//! Guarantees: a fresh salt per hash; `verify_nobody` costs one real verification; at most
//! `AT_ONCE` hashes run together, so that a flood of sign-ins cannot take the memory of the server;
//! a stored hash whose cost is out of bounds is refused, whoever wrote it.

mod argon2id;
mod legacy;

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use billfold_app::ports::{PasswordHashing, PasswordRefusal};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Hashes that may run at the same time.
const AT_ONCE: usize = 4;

/// The hash that stands in for an account that does not exist.
static NOBODY: OnceLock<String> = OnceLock::new();

/// Every kind of hash that is known.
#[derive(Debug)]
pub struct Passwords {
    room: Arc<Semaphore>,
}

impl Passwords {
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

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl PasswordHashing for Passwords {
    async fn hash(&self, password: &str) -> Result<String, PasswordRefusal> {
        let password = password.to_owned();
        self.run(move || argon2id::hash(&password)).await
    }

    async fn verify(&self, password: &str, stored: &str) -> Result<bool, PasswordRefusal> {
        let (password, stored) = (password.to_owned(), stored.to_owned());
        self.run(move || verify(&password, &stored)).await
    }

    async fn verify_nobody(&self, password: &str) {
        let password = password.to_owned();
        let spent = self.run(move || match NOBODY.get() {
            Some(stored) => argon2id::verify(&password, stored),
            None => {
                let stored = argon2id::hash("nobody signs in with this")?;
                argon2id::verify(&password, NOBODY.get_or_init(|| stored))
            }
        });
        let _answer_is_no = spent.await;
    }

    fn check(&self, stored: &str) -> Result<(), PasswordRefusal> {
        if legacy::is_one(stored) {
            legacy::check(stored)
        } else if argon2id::is_one(stored) {
            argon2id::check(stored)
        } else {
            Err(refusal("it is neither argon2id ($argon2id$) nor bcrypt ($2a$, $2b$, $2y$)"))
        }
    }

    fn is_outdated(&self, stored: &str) -> bool {
        !argon2id::is_current(stored)
    }
}

fn verify(password: &str, stored: &str) -> Result<bool, PasswordRefusal> {
    if legacy::is_one(stored) {
        legacy::verify(password, stored)
    } else {
        argon2id::verify(password, stored)
    }
}

fn refusal(error: impl std::fmt::Display) -> PasswordRefusal {
    PasswordRefusal { reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_opens_its_own_hash_and_no_other() {
        let hasher = Passwords::new();
        let stored = hasher.hash("correct horse").await.unwrap();
        assert!(argon2id::is_one(&stored) && !hasher.is_outdated(&stored), "{stored}");
        assert!(hasher.verify("correct horse", &stored).await.unwrap());
        assert!(!hasher.verify("correct house", &stored).await.unwrap());
        assert_ne!(stored, hasher.hash("correct horse").await.unwrap(), "salts must differ");
        assert!(hasher.verify("x", "not a hash").await.is_err());
    }

    #[tokio::test]
    async fn a_bcrypt_hash_of_another_system_is_verified_and_outdated() {
        let hasher = Passwords::new();
        let stored = bcrypt::hash("correct horse", 12).unwrap();
        // PHP writes $2y$ over the same digest.
        for stored in [stored.clone(), stored.replacen("$2b$", "$2y$", 1)] {
            hasher.check(&stored).unwrap();
            assert!(hasher.is_outdated(&stored));
            assert!(hasher.verify("correct horse", &stored).await.unwrap());
            assert!(!hasher.verify("correct house", &stored).await.unwrap());
        }
    }

    #[test]
    fn hashes_that_are_unknown_or_out_of_bounds_are_refused() {
        let hasher = Passwords::new();
        let digest = "$Nkm1e7hWg0sB1vC0JtqDsOSZ8sI1wQyBvtpC8MM4Zl2nGL9CPVx4K";
        for stored in [
            "",
            "correct horse",
            "$1$abc$def",
            "$2b$12$short",
            &format!("$2b$04{digest}"),
            &format!("$2b$31{digest}"),
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ",
            "$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHRzYWx0$\
             9sNuYgRT3vZpJ5YtCIjY4BfBsvb8vYQXfJHwqy8GnXU",
        ] {
            assert!(hasher.check(stored).is_err(), "{stored}");
        }
    }
}
