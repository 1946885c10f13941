//! Why a request about a webhook endpoint is refused.

use thiserror::Error;

use crate::kernel::{Invalid, Problem, Refusal, RefusalKind};

/// A refusal about a webhook endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WebhookEndpointRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No such endpoint, or not any more.
    #[error("there is no such webhook endpoint")]
    Absent,
    /// The id belongs to another endpoint.
    #[error("another webhook endpoint is registered under this id")]
    AlreadyRegistered,
}

impl Refusal for WebhookEndpointRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "webhook_endpoint.absent",
            Self::AlreadyRegistered => "webhook_endpoint.already_registered",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::AlreadyRegistered => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
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
