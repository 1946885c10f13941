//! Why nobody was let in, or an account could not be made.

use std::time::Duration;

use crate::ports::{PasswordRefusal, StoreFailure};
use crate::vault::VaultError;

/// Nobody was let in, or an account could not be made. Never says whether an address has an
/// account.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The address, the password, the token or the key is wrong, ended or unknown.
    #[error("the sign-in is not valid; check the address and the password")]
    NotValid,
    /// Too many failures for one address.
    #[error("too many failed sign-ins for this address; wait {} seconds", retry_after.as_secs())]
    Slowed {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The password of whoever is signed in already is another.
    #[error("the password is not right; type the one you signed in with")]
    WrongPassword,
    /// A field of a new account or key breaks a rule.
    #[error("{detail}")]
    Malformed {
        /// JSON pointer to the field.
        field: &'static str,
        /// The rule.
        detail: &'static str,
    },
    /// The tenant has an account with this address already.
    #[error("an account with this address exists already; sign in or use another address")]
    Taken,
    /// The log did not take what has to be noted about a sign-in.
    #[error("sign-ins cannot be noted now")]
    Log(#[from] crate::Error),
    /// The database did not answer.
    #[error("accounts cannot be read or written now")]
    Store(#[from] StoreFailure),
    /// Sealing or a keyed hash failed.
    #[error("the personal data of an account cannot be sealed or opened")]
    Vault(#[from] VaultError),
    /// A password hash could not be made or read.
    #[error("a password cannot be checked")]
    Password(#[from] PasswordRefusal),
}

impl AccessError {
    /// A stable code for problem documents.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotValid => "access.not_valid",
            Self::Slowed { .. } => "access.slowed",
            Self::WrongPassword => "access.wrong_password",
            Self::Malformed { .. } => "access.malformed",
            Self::Taken => "access.taken",
            Self::Store(_) | Self::Log(_) => "access.unavailable",
            Self::Vault(_) | Self::Password(_) => "access.fault",
        }
    }
}
