//! What may be asked of a service.

use crate::kernel::{SecretsRef, ServerGroupId, ServerId};
use crate::server_group::PickReason;
use crate::service::{Call, Drift, EndCause, HoldCause, Operation, OrderedService, ServiceSpec};

/// A request about a service. Those that begin with `Record` say what a server answered; its words
/// for people are cut to what may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceCommand {
    /// Keep what a client ordered, to be delivered once it is paid.
    Order(OrderedService),
    /// Let a server make it.
    RequestProvisioning(RequestProvisioning),
    /// The server is at it.
    RecordCreation {
        /// Which attempt.
        attempt: u32,
        /// What the server calls the account, 1 to 200 characters.
        reference: String,
    },
    /// The server made it.
    RecordProvisioned(ProvisionedAccount),
    /// No account came of it, for certain.
    RecordProvisionFailed {
        /// Which attempt; 0 when no server could be asked.
        attempt: u32,
        /// Why, for machines.
        code: String,
        /// Why, for people; cut to 500 characters of one line.
        reason: String,
    },
    /// Let it stand still until the same cause is lifted.
    PlaceHold {
        /// The cause.
        cause: HoldCause,
        /// More about it, 1 to 500 characters.
        reason: String,
    },
    /// A cause is no more.
    LiftHold {
        /// The cause.
        cause: HoldCause,
    },
    /// It stands still.
    RecordSuspended,
    /// It runs again.
    RecordUnsuspended,
    /// Delete it; what was never made is cancelled.
    Terminate {
        /// Why.
        cause: EndCause,
    },
    /// It is deleted.
    RecordTerminated,
    /// Give it another package or name.
    Resize {
        /// What it is to be.
        spec: ServiceSpec,
    },
    /// It has another package.
    RecordResized {
        /// What it is.
        spec: ServiceSpec,
        /// Fields of the package that the server does not change, at most 100.
        not_changed: Vec<String>,
    },
    /// Do something with the running account.
    Operate {
        /// What.
        operation: Operation,
    },
    /// It was done.
    RecordOperated {
        /// Counts the operations of the service from 1.
        no: u32,
        /// The secrets of the account, if it has others now.
        secrets: Option<SecretsRef>,
    },
    /// It could not be done.
    RecordOperationFailed {
        /// Counts the operations of the service from 1.
        no: u32,
        /// Why, for machines.
        code: String,
        /// Why, for people; cut to 500 characters of one line.
        reason: String,
    },
    /// Nobody goes on trying what was asked of the server.
    RecordCallFailed {
        /// What was asked.
        wanted: Call,
        /// Why, for machines.
        code: String,
        /// Why, for people; cut to 500 characters of one line.
        reason: String,
    },
    /// Ask again for whatever is wanted and is not.
    ApplyWanted,
    /// Take over an account that is on a server already.
    Adopt {
        /// The server.
        server_id: ServerId,
        /// Key of its driver.
        driver: String,
        /// What it calls the account, 1 to 200 characters.
        reference: String,
    },
    /// Note how the account differs from what we know; nothing, when it does not.
    RecordDrift {
        /// How.
        drift: Option<Drift>,
    },
    /// Give it up before it is made.
    Cancel {
        /// Why, 1 to 500 characters.
        reason: String,
    },
    /// Note that somebody was shown the secrets of the account.
    ShowCredentials,
}

/// Which server is to make a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestProvisioning {
    /// The server that was picked.
    pub server_id: ServerId,
    /// The group it was picked from.
    pub server_group_id: Option<ServerGroupId>,
    /// Key of its driver.
    pub driver: String,
    /// Why this one.
    pub pick: PickReason,
}

/// An account that a server made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisionedAccount {
    /// Which attempt it answers.
    pub attempt: u32,
    /// What the server calls it, 1 to 200 characters.
    pub reference: String,
    /// What people call it there; cut to 200 characters of one line.
    pub name: Option<String>,
    /// Where it is reached; cut to 300 characters of one line.
    pub address: Option<String>,
    /// How one gets in.
    pub secrets: Option<SecretsRef>,
}
