//! Why nobody was let in, or an account could not be made.

use std::time::Duration;

use super::Secret;
use crate::error::Error;
use crate::ports::{PasswordRefusal, ProviderFailure, StoreFailure};
use crate::vault::VaultError;

/// Nobody was let in, or an account could not be made. Never says whether an address has an
/// account.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The address, the password, the token or the key is wrong, ended or unknown.
    #[error("the sign-in is not valid; check the address and the password")]
    NotValid,
    /// The request is for a seller at which the caller has no account, if there is one at all.
    #[error(
        "{} no seller that this caller may act for",
        if *by_header { "Billfold-Tenant names" } else { "this host name belongs to" }
    )]
    OtherSeller {
        /// Whether a header named it, not the host name.
        by_header: bool,
    },
    /// Too many failures for one address.
    #[error("too many failed sign-ins for this address; wait {} seconds", retry_after.as_secs())]
    Slowed {
        /// How long to wait.
        retry_after: Duration,
    },
    /// An address or a network asked for mail too often.
    #[error("mail was asked for too often; wait {} seconds", retry_after.as_secs())]
    AskedTooOften {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The installation sends no mail.
    #[error("this installation sends no mail; ask a colleague who may for a code")]
    NoMail,
    /// The password is right, and the account has a second step.
    #[error("this account asks for a second step; send the code of your authenticator too")]
    CodeNeeded {
        /// Proves the first step for some minutes.
        challenge: Secret,
    },
    /// The code of the second step is not right, or was used before.
    #[error("the code is not right or was used before; wait for the next one")]
    WrongCode,
    /// What a device says of a new passkey does not hold.
    #[error("the passkey could not be added; try again, or with another device")]
    WrongPasskey,
    /// The account has a second step already.
    #[error("there is a second step already; take it away first")]
    SecondFactorExists,
    /// The account has no second step, or none that waits for its first code.
    #[error("there is no second step to do this with; set one up first")]
    NoSecondFactor,
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
    /// An identity provider is of no help.
    #[error(transparent)]
    Provider(#[from] ProviderFailure),
    /// The log refused, or did not answer.
    #[error(transparent)]
    Door(#[from] Error),
    /// The log did not take what has to be noted about a sign-in.
    #[error("sign-ins cannot be noted now")]
    Log(#[source] Error),
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
    /// Whether it says that somebody is not who they claim to be.
    pub(super) fn refuses(&self) -> bool {
        matches!(self, Self::NotValid | Self::WrongCode)
    }

    /// A stable code for problem documents.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::NotValid => "access.not_valid",
            Self::OtherSeller { .. } => "access.other_seller",
            Self::Slowed { .. } => "access.slowed",
            Self::AskedTooOften { .. } => "access.asked_too_often",
            Self::NoMail => "access.no_mail",
            Self::CodeNeeded { .. } => "access.code_needed",
            Self::WrongCode => "access.wrong_code",
            Self::WrongPasskey => "access.wrong_passkey",
            Self::SecondFactorExists => "access.second_factor_exists",
            Self::NoSecondFactor => "access.no_second_factor",
            Self::WrongPassword => "access.wrong_password",
            Self::Malformed { .. } => "access.malformed",
            Self::Taken => "access.taken",
            Self::Provider(_) => "access.provider",
            Self::Door(error) => error.code(),
            Self::Store(_) | Self::Log(_) => "access.unavailable",
            Self::Vault(_) | Self::Password(_) => "access.fault",
        }
    }
}
