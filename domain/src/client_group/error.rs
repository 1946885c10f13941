//! Why a request about a group of clients is refused.

use thiserror::Error;

use crate::kernel::{ClientId, Invalid, Percent, Problem, Refusal, RefusalKind};

/// A refusal about a group of clients.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClientGroupRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No such group.
    #[error("there is no such group of clients")]
    Absent,
    /// The id belongs to another group.
    #[error("a group with the code {code} already exists under this id")]
    AlreadyCreated {
        /// Its code.
        code: String,
    },
    /// More than the whole price.
    #[error("a discount of {discount} % is more than the whole price, use at most 100")]
    TooMuchOff {
        /// The discount given.
        discount: Percent,
    },
    /// Too many members.
    #[error("the group is full with {limit} clients, make another one")]
    Full {
        /// How many there may be.
        limit: usize,
    },
    /// Somebody who is not in it cannot leave.
    #[error("{client_id} is not in the group")]
    NotMember {
        /// The client.
        client_id: ClientId,
    },
}

impl Refusal for ClientGroupRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "client_group.absent",
            Self::AlreadyCreated { .. } => "client_group.already_created",
            Self::TooMuchOff { .. } => "client_group.too_much_off",
            Self::Full { .. } => "client_group.full",
            Self::NotMember { .. } => "client_group.not_member",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent => RefusalKind::Missing,
            Self::TooMuchOff { .. } => RefusalKind::Malformed,
            Self::Full { .. } => RefusalKind::Rule,
            Self::AlreadyCreated { .. } | Self::NotMember { .. } => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::TooMuchOff { .. } => Some("/discount"),
            Self::NotMember { .. } => Some("/client_id"),
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
