//! Why a seller's request is refused.

use thiserror::Error;

use crate::kernel::{Invalid, Problem, Refusal, RefusalKind};

/// A refusal about a seller.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TenantRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No such seller.
    #[error("there is no such seller")]
    Absent,
    /// The books are open already, with other particulars.
    #[error("the books are already open")]
    AlreadyOpen,
    /// The books are closed to changes.
    #[error("the seller is suspended, resume it first")]
    Suspended,
    /// There is nothing to resume.
    #[error("the seller is not suspended")]
    NotSuspended,
}

impl Refusal for TenantRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "tenant.absent",
            Self::AlreadyOpen => "tenant.already_open",
            Self::Suspended => "tenant.suspended",
            Self::NotSuspended => "tenant.not_suspended",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::AlreadyOpen | Self::Suspended | Self::NotSuspended => RefusalKind::State,
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
