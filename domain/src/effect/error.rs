//! Why a request about an effect is refused.

use thiserror::Error;

use crate::kernel::{Invalid, Problem, Refusal, RefusalKind};

/// A refusal about an effect.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EffectRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// It is being done at this moment, is done, or is not there.
    #[error("the effect is neither dead nor waiting nor unknown, look how it stands and ask again")]
    NotOpen,
    /// A person resolved or skipped it.
    #[error("the effect was resolved or skipped before")]
    Ended,
}

impl Refusal for EffectRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::NotOpen => "effect.not_open",
            Self::Ended => "effect.ended",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::NotOpen | Self::Ended => RefusalKind::State,
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
