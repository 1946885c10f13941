//! Why a request about a role is refused.

use thiserror::Error;

use super::Permission;
use crate::kernel::{Invalid, Problem, Refusal, RefusalKind, StaffId};

/// A refusal about a role.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RoleRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No such role.
    #[error("there is no such role")]
    Absent,
    /// The id belongs to another role.
    #[error("the role {name} already exists under this id")]
    AlreadyCreated {
        /// What it is called.
        name: String,
    },
    /// A built-in role stays as it is.
    #[error("the role {name} is built in, make one of your own instead")]
    BuiltIn {
        /// Its name.
        name: String,
    },
    /// The name of a built-in role.
    #[error("the name {name} belongs to a built-in role, choose another one")]
    NameReserved {
        /// The name.
        name: String,
    },
    /// Nobody gives or takes what they lack.
    #[error("only who may do {permission} for as many clients can give or take it")]
    Lacking {
        /// What the asker lacks, or has for fewer clients.
        permission: Permission,
    },
    /// Somebody must stay an admin.
    #[error("{staff_id} is the last admin, make somebody else one first")]
    LastAdmin {
        /// Who.
        staff_id: StaffId,
    },
    /// Who does not have it cannot lose it.
    #[error("{staff_id} does not have the role")]
    NotHolder {
        /// Who.
        staff_id: StaffId,
    },
    /// It is still in use.
    #[error("{holders} members of staff have the role, take it from them first")]
    Held {
        /// How many.
        holders: usize,
    },
    /// Too many holders.
    #[error("{limit} members of staff have the role already, make another one")]
    Full {
        /// How many there may be.
        limit: usize,
    },
}

impl Refusal for RoleRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "role.absent",
            Self::AlreadyCreated { .. } => "role.already_created",
            Self::BuiltIn { .. } => "role.built_in",
            Self::NameReserved { .. } => "role.name_reserved",
            Self::Lacking { .. } => "role.lacking",
            Self::LastAdmin { .. } => "role.last_admin",
            Self::NotHolder { .. } => "role.not_holder",
            Self::Held { .. } => "role.held",
            Self::Full { .. } => "role.full",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::NameReserved { .. } => RefusalKind::Malformed,
            Self::Lacking { .. } => RefusalKind::Forbidden,
            Self::BuiltIn { .. } | Self::LastAdmin { .. } | Self::Full { .. } => RefusalKind::Rule,
            Self::AlreadyCreated { .. } | Self::NotHolder { .. } | Self::Held { .. } => {
                RefusalKind::State
            }
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::NameReserved { .. } => Some("/name"),
            Self::Lacking { .. } => Some("/permissions"),
            Self::LastAdmin { .. } | Self::NotHolder { .. } => Some("/staff_id"),
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
