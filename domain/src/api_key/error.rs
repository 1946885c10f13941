//! Why a request about an API key is refused.

use thiserror::Error;

use crate::kernel::{Invalid, Problem, Refusal, RefusalKind};
use crate::role::Permission;

/// A request about an API key that cannot be granted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ApiKeyRefusal {
    /// A field breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The id belongs to another one.
    #[error("another key was already made under this id")]
    AlreadyCreated,
    /// Nobody gives what they lack.
    #[error("only who may do {permission} for every client can give it to a key")]
    Lacking {
        /// What the asker lacks, or has for fewer clients.
        permission: Permission,
    },
}

impl Refusal for ApiKeyRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::AlreadyCreated => "api_key.already_created",
            Self::Lacking { .. } => "api_key.lacking",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::AlreadyCreated => RefusalKind::State,
            Self::Lacking { .. } => RefusalKind::Forbidden,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::AlreadyCreated => None,
            Self::Lacking { .. } => Some("/scopes"),
        }
    }

    fn problems(&self) -> Vec<Problem> {
        match self {
            Self::Invalid(invalid) => invalid.problems(),
            _ => Problem::of(self),
        }
    }
}
