//! Why a request about a department is refused.

use thiserror::Error;

use crate::kernel::{Invalid, Problem, Refusal, RefusalKind};

/// A request about a department that cannot be granted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DepartmentRefusal {
    /// A field breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Nothing under this id.
    #[error("there is no such department")]
    Absent,
    /// The id belongs to another one.
    #[error("another department was already made under this id")]
    AlreadyCreated,
    /// Somebody is in it.
    #[error("{members} members of staff are in this department, take them out first")]
    NotEmpty {
        /// How many.
        members: usize,
    },
    /// Nobody to take out.
    #[error("they are not in this department")]
    NotAMember,
}

impl Refusal for DepartmentRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "department.absent",
            Self::AlreadyCreated => "department.already_created",
            Self::NotEmpty { .. } => "department.not_empty",
            Self::NotAMember => "department.not_a_member",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::AlreadyCreated | Self::NotEmpty { .. } | Self::NotAMember => RefusalKind::State,
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
