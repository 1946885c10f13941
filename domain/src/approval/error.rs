//! Why a request about an approval is refused.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::kernel::{Invalid, Problem, Refusal, RefusalKind};
use crate::role::Permission;

/// A request about an approval that cannot be granted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ApprovalRefusal {
    /// A field breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Nothing was asked under this id.
    #[error("there is no such approval")]
    Absent,
    /// The id belongs to another question.
    #[error("something else was already asked under this id")]
    AlreadyRequested,
    /// It is decided, taken back or out of time.
    #[error("this approval is over; what it was about has to be asked for anew")]
    Over,
    /// Nobody answered in time.
    #[error("this approval expired at {at}; what it was about has to be asked for anew")]
    Expired {
        /// When.
        at: DateTime<Utc>,
    },
    /// Its time is not over.
    #[error("this approval is open until {at}")]
    NotYet {
        /// Until when.
        at: DateTime<Utc>,
    },
    /// Two people are needed.
    #[error("you asked for this yourself, or by a key that you made; somebody else has to decide")]
    OwnRequest,
    /// Programs decide nothing.
    #[error("only a person who is signed in can decide this")]
    NotAPerson,
    /// Who may not do it cannot allow it.
    #[error("deciding this needs the permission {permission}")]
    Lacking {
        /// What is missing.
        permission: Permission,
    },
    /// Somebody else's question.
    #[error("only who asked can take it back; decline it instead")]
    NotYours,
    /// Nobody said yes.
    #[error("nobody granted this approval")]
    NotGranted,
}

impl Refusal for ApprovalRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "approval.absent",
            Self::AlreadyRequested => "approval.already_requested",
            Self::Over => "approval.over",
            Self::Expired { .. } => "approval.expired",
            Self::NotYet { .. } => "approval.not_yet",
            Self::OwnRequest => "approval.own_request",
            Self::NotAPerson => "approval.not_a_person",
            Self::Lacking { .. } => "approval.lacking",
            Self::NotYours => "approval.not_yours",
            Self::NotGranted => "approval.not_granted",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::OwnRequest | Self::NotAPerson | Self::Lacking { .. } | Self::NotYours => {
                RefusalKind::Forbidden
            }
            Self::AlreadyRequested
            | Self::Over
            | Self::Expired { .. }
            | Self::NotYet { .. }
            | Self::NotGranted => RefusalKind::State,
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
