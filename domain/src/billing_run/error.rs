//! Why a request about a billing run is refused.

use thiserror::Error;

use crate::kernel::{Invalid, Problem, Refusal, RefusalKind};

/// A refusal about a billing run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BillingRunRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No such run.
    #[error("there is no such billing run")]
    Absent,
    /// The id belongs to a run already.
    #[error("a billing run was already started under this id")]
    AlreadyStarted,
    /// It is over.
    #[error("the billing run has ended, start another one")]
    Ended,
    /// The accounts are not all answered in one way.
    #[error("the accounts issued, skipped and quarantined are not those planned")]
    DoesNotAddUp,
}

impl Refusal for BillingRunRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "billing_run.absent",
            Self::AlreadyStarted => "billing_run.already_started",
            Self::Ended => "billing_run.ended",
            Self::DoesNotAddUp => "billing_run.does_not_add_up",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::DoesNotAddUp => RefusalKind::Rule,
            Self::AlreadyStarted | Self::Ended => RefusalKind::State,
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
