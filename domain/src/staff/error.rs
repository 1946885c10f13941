//! Why a request about a member of staff is refused.

use thiserror::Error;

use crate::kernel::{Invalid, Problem, Refusal, RefusalKind};

/// A request about a member of staff that cannot be granted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StaffRefusal {
    /// A field breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Nobody under this id.
    #[error("there is no such member of staff")]
    Absent,
    /// The id belongs to somebody.
    #[error("somebody was already added under this id")]
    AlreadyAdded,
    /// They are let in no longer already.
    #[error("this member of staff was stopped already")]
    Stopped,
    /// They are let in.
    #[error("this member of staff is active")]
    Active,
    /// They were erased; nothing about them changes any more.
    #[error("this member of staff was erased")]
    Erased,
}

impl Refusal for StaffRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "staff_member.absent",
            Self::AlreadyAdded => "staff_member.already_added",
            Self::Stopped => "staff_member.stopped",
            Self::Active => "staff_member.active",
            Self::Erased => "staff_member.erased",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::AlreadyAdded | Self::Stopped | Self::Active | Self::Erased => RefusalKind::State,
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
