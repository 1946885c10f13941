//! Why a request about the recognition of revenue is refused.

use chrono::NaiveDate;
use thiserror::Error;

use crate::kernel::{Invalid, MoneyRefusal, Problem, Refusal, RefusalKind};

/// A refusal about the recognition of revenue.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RecognitionRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A later day is recognised, and what was posted is never edited.
    #[error("revenue is recognised through {through} already; name a later day")]
    Backwards {
        /// The last day that was recognised.
        through: NaiveDate,
    },
    /// Sums that are more than money can be.
    #[error(transparent)]
    Money(#[from] MoneyRefusal),
}

impl Refusal for RecognitionRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Backwards { .. } => "recognition.backwards",
            Self::Money(refusal) => refusal.code(),
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Backwards { .. } => RefusalKind::State,
            Self::Money(refusal) => refusal.kind(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::Backwards { .. } => Some("/through"),
            Self::Money(refusal) => refusal.field(),
        }
    }

    fn problems(&self) -> Vec<Problem> {
        match self {
            Self::Invalid(invalid) => invalid.problems(),
            _ => Problem::of(self),
        }
    }
}
