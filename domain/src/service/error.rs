//! Why a request about a service is refused.

use thiserror::Error;

use crate::kernel::{Invalid, Problem, Refusal, RefusalKind};
use crate::service::{DeliveryStatus, Operation};

/// A refusal about a service.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ServiceRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No such service.
    #[error("there is no such service")]
    Absent,
    /// The id belongs to another service.
    #[error("another service was ordered under this id")]
    AlreadyOrdered,
    /// Nothing happens to it any more.
    #[error("the service is {}, order it again", status.word())]
    Ended {
        /// How it ended.
        status: DeliveryStatus,
    },
    /// It is being deleted.
    #[error("the service is being terminated")]
    Ending,
    /// Nobody wanted it deleted.
    #[error("nobody asked to terminate the service, note that its account is missing instead")]
    NotEnding,
    /// No server has it.
    #[error("no server has the service yet, provision it first")]
    NotProvisioned,
    /// A server has it.
    #[error("a server has the service already, terminate it instead")]
    AlreadyProvisioned,
    /// A server is at it.
    #[error("attempt {attempt} to make the service has no outcome yet, wait for it")]
    ProvisioningUnderWay {
        /// The attempt.
        attempt: u32,
    },
    /// The outcome of another attempt.
    #[error("attempt {attempt} is not the one under way, which is {current}: look at the server")]
    NotThisAttempt {
        /// Whose outcome it is.
        attempt: u32,
        /// The last one asked for.
        current: u32,
    },
    /// An attempt came to two accounts.
    #[error("the server calls the account {known} already, look whether it made two")]
    AnotherAccount {
        /// What it is called.
        known: String,
    },
    /// An account stays where it is.
    #[error("the service has an account on another server, delete it there first")]
    ServerFixed,
    /// The account that is to be changed is gone.
    #[error("the account is missing on its server, provision the service again")]
    MissingThere,
    /// It stands still.
    #[error("the service does not run")]
    NotRunning,
    /// Something else is being done.
    #[error("a {} is under way, wait for it", operation.word())]
    OperationUnderWay {
        /// What.
        operation: Operation,
    },
    /// Nobody asked for it.
    #[error("operation {no} was not asked for")]
    NoSuchOperation {
        /// Its number.
        no: u32,
    },
    /// There are none.
    #[error("no credentials of the service are kept")]
    NoCredentials,
}

impl Refusal for ServiceRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Absent => "service.absent",
            Self::AlreadyOrdered => "service.already_ordered",
            Self::Ended { .. } => "service.ended",
            Self::Ending => "service.ending",
            Self::NotEnding => "service.not_ending",
            Self::NotProvisioned => "service.not_provisioned",
            Self::AlreadyProvisioned => "service.already_provisioned",
            Self::ProvisioningUnderWay { .. } => "service.provisioning_under_way",
            Self::NotThisAttempt { .. } => "service.not_this_attempt",
            Self::AnotherAccount { .. } => "service.another_account",
            Self::ServerFixed => "service.server_fixed",
            Self::MissingThere => "service.missing_there",
            Self::NotRunning => "service.not_running",
            Self::OperationUnderWay { .. } => "service.operation_under_way",
            Self::NoSuchOperation { .. } => "service.no_such_operation",
            Self::NoCredentials => "service.no_credentials",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Absent | Self::NoSuchOperation { .. } | Self::NoCredentials => {
                RefusalKind::Missing
            }
            Self::AlreadyOrdered
            | Self::Ended { .. }
            | Self::Ending
            | Self::NotEnding
            | Self::NotProvisioned
            | Self::AlreadyProvisioned
            | Self::ProvisioningUnderWay { .. }
            | Self::NotThisAttempt { .. }
            | Self::AnotherAccount { .. }
            | Self::ServerFixed
            | Self::MissingThere
            | Self::NotRunning
            | Self::OperationUnderWay { .. } => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::ServerFixed => Some("/server_id"),
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
