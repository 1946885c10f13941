//! Why a request about a gateway is refused.

use thiserror::Error;

use crate::kernel::{Invalid, Problem, Refusal, RefusalKind};

/// A refusal about a gateway.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GatewayRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No such account.
    #[error("there is no such gateway")]
    Absent,
    /// The id belongs to another account.
    #[error("the gateway {key} is configured under this id")]
    AlreadyConfigured {
        /// What payments call it.
        key: String,
    },
    /// A field is set in clear that is a secret.
    #[error("this field is a secret, give it among the secrets")]
    Secret {
        /// The field, as a JSON pointer.
        field: String,
    },
    /// No such test was asked for.
    #[error("test {no} of the gateway was never asked for")]
    NotAsked {
        /// Its number.
        no: u32,
    },
    /// What is set was not tested.
    #[error("the gateway was not tested with what is set now, test it first")]
    Untested,
    /// What is set did not pass its test.
    #[error("the gateway did not pass its last test: {says}")]
    TestFailed {
        /// What the provider said.
        says: String,
    },
}

impl Refusal for GatewayRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "gateway.absent",
            Self::AlreadyConfigured { .. } => "gateway.already_configured",
            Self::Secret { .. } => "gateway.secret_in_settings",
            Self::NotAsked { .. } => "gateway.test_not_asked",
            Self::Untested => "gateway.untested",
            Self::TestFailed { .. } => "gateway.test_failed",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::Secret { .. } => RefusalKind::Malformed,
            Self::AlreadyConfigured { .. }
            | Self::NotAsked { .. }
            | Self::Untested
            | Self::TestFailed { .. } => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::Secret { field } => Some(field),
            _ => None,
        }
    }

    fn problems(&self) -> Vec<Problem> {
        match self {
            Self::Invalid(invalid) => invalid.problems(),
            _ => Problem::of(self),
        }
    }
}
