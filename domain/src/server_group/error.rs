//! Why a request about a group of servers is refused.

use thiserror::Error;

use crate::kernel::{Invalid, Problem, Refusal, RefusalKind};
use crate::server_group::NoRoom;

/// A refusal about a group of servers.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ServerGroupRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No such group.
    #[error("there is no such group of servers")]
    Absent,
    /// The id belongs to another group.
    #[error("another group of servers exists under this id")]
    AlreadyCreated,
    /// It was not in the group.
    #[error("the server is not in the group")]
    NotAMember,
    /// There are many already.
    #[error("a group holds at most {most} servers, form another")]
    TooMany {
        /// How many it may hold.
        most: usize,
    },
    /// None of its servers can take an account.
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
}

impl Refusal for ServerGroupRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "server_group.absent",
            Self::AlreadyCreated => "server_group.already_created",
            Self::NotAMember => "server_group.not_a_member",
            Self::TooMany { .. } => "server_group.too_many",
            Self::NoRoom(_) => "server_group.no_room",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::TooMany { .. } => RefusalKind::Rule,
            Self::AlreadyCreated | Self::NotAMember | Self::NoRoom(_) => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::NotAMember | Self::TooMany { .. } => Some("/server_id"),
            Self::Absent | Self::AlreadyCreated | Self::NoRoom(_) => None,
        }
    }

    fn problems(&self) -> Vec<Problem> {
        match self {
            Self::Invalid(invalid) => invalid.problems(),
            _ => Problem::of(self),
        }
    }
}
