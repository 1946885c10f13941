//! Why a request about a client is refused.

use thiserror::Error;

use crate::kernel::{Invalid, Problem, Refusal, RefusalKind};

/// A refusal about a client.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClientRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No such client.
    #[error("there is no such client")]
    Absent,
    /// The id belongs to another client.
    #[error("a client is already registered under this id")]
    AlreadyRegistered,
    /// Contact details under another key would outlive an erasure.
    #[error("contact details must be sealed under the client's operational key")]
    WrongKey,
    /// Nothing to suspend.
    #[error("the client is already suspended")]
    AlreadySuspended,
    /// Nothing to activate.
    #[error("the client is already active")]
    AlreadyActive,
    /// The client was erased; nothing about them changes any more.
    #[error("the client was erased")]
    Erased,
}

impl Refusal for ClientRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "client.absent",
            Self::AlreadyRegistered => "client.already_registered",
            Self::WrongKey => "client.wrong_key",
            Self::AlreadySuspended => "client.already_suspended",
            Self::AlreadyActive => "client.already_active",
            Self::Erased => "client.erased",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::WrongKey => RefusalKind::Malformed,
            Self::AlreadyRegistered
            | Self::AlreadySuspended
            | Self::AlreadyActive
            | Self::Erased => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::WrongKey => Some("/contact"),
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
