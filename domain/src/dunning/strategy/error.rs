//! Why a request about a dunning strategy is refused.

use thiserror::Error;

use crate::kernel::{Invalid, Problem, Refusal, RefusalKind};

/// A refusal about a dunning strategy.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StrategyRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No such strategy.
    #[error("there is no such dunning strategy")]
    Absent,
    /// The id belongs to another strategy.
    #[error("the dunning strategy {code} was already defined under this id, revise it instead")]
    AlreadyDefined {
        /// Its code.
        code: String,
    },
    /// Somebody still relies on it.
    #[error("the dunning strategy still holds for {holders}, withdraw it from them first")]
    StillHeld {
        /// How many there are.
        holders: usize,
    },
    /// It holds for as many as it can.
    #[error("a dunning strategy holds for {limit} at most, make it the seller's own instead")]
    TooManyHolders {
        /// How many there may be.
        limit: usize,
    },
    /// It is used no longer.
    #[error("the dunning strategy {code} was retired, define another one")]
    Retired {
        /// Its code.
        code: String,
    },
}

impl Refusal for StrategyRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "dunning_strategy.absent",
            Self::AlreadyDefined { .. } => "dunning_strategy.already_defined",
            Self::StillHeld { .. } => "dunning_strategy.still_held",
            Self::TooManyHolders { .. } => "dunning_strategy.too_many_holders",
            Self::Retired { .. } => "dunning_strategy.retired",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::TooManyHolders { .. } => RefusalKind::Rule,
            Self::AlreadyDefined { .. } | Self::StillHeld { .. } | Self::Retired { .. } => {
                RefusalKind::State
            }
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::TooManyHolders { .. } => Some("/holder"),
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
