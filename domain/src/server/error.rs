//! Why a request about a server is refused.

use thiserror::Error;

use crate::kernel::{Invalid, Problem, Refusal, RefusalKind};
use crate::server::ServerStatus;

/// A refusal about a server.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ServerRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No such server.
    #[error("there is no such server")]
    Absent,
    /// The id belongs to another server.
    #[error("another server is registered under this id")]
    AlreadyRegistered,
    /// Fewer slots than are taken.
    #[error("{used} accounts have a slot on the server, it cannot have fewer slots")]
    CapacityBelowUse {
        /// How many are taken.
        used: u32,
    },
    /// Nobody knows whether it can be reached.
    #[error("the server has passed no test with its present settings, test it first")]
    Untested,
    /// Nobody asked for it.
    #[error("test {no} of the server was not asked for")]
    TestNotAsked {
        /// Its number.
        no: u32,
    },
    /// What is secret was given as a setting.
    #[error("this field is a secret, give it among the secrets")]
    Secret {
        /// Which, as a JSON pointer.
        field: String,
    },
    /// Every slot is taken.
    #[error("all {capacity} slots of the server are taken")]
    Full {
        /// How many it has.
        capacity: u32,
    },
    /// It takes no account at the moment.
    #[error("the server takes no new accounts: it is {}", match status {
        ServerStatus::Maintenance => "in maintenance",
        other => other.word(),
    })]
    TakesNone {
        /// How it does.
        status: ServerStatus,
    },
    /// Accounts are on it.
    #[error("{used} accounts are on the server, terminate or move them first")]
    InUse {
        /// How many.
        used: u32,
    },
    /// The last comparison found no such account.
    #[error("no account of that reference is without a service")]
    NoSuchStranger,
}

impl Refusal for ServerRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "server.absent",
            Self::AlreadyRegistered => "server.already_registered",
            Self::CapacityBelowUse { .. } => "server.capacity_below_use",
            Self::Untested => "server.untested",
            Self::TestNotAsked { .. } => "server.test_not_asked",
            Self::Secret { .. } => "server.secret_in_settings",
            Self::Full { .. } => "server.full",
            Self::TakesNone { .. } => "server.takes_none",
            Self::InUse { .. } => "server.in_use",
            Self::NoSuchStranger => "server.no_such_stranger",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent | Self::TestNotAsked { .. } | Self::NoSuchStranger => RefusalKind::Missing,
            Self::Secret { .. } => RefusalKind::Malformed,
            Self::CapacityBelowUse { .. } => RefusalKind::Rule,
            Self::AlreadyRegistered
            | Self::Untested
            | Self::Full { .. }
            | Self::TakesNone { .. }
            | Self::InUse { .. } => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::CapacityBelowUse { .. } => Some("/capacity"),
            Self::Secret { field } => Some(field),
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
