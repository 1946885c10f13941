//! What can have happened to a service.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::aggregate::name_events;
use crate::kernel::{
    ClientId, EventBody, OrderId, ProductId, SecretsRef, ServerGroupId, ServerId, SubscriptionId,
};
use crate::product::ProductKind;
use crate::server_group::PickReason;
use crate::service::{Call, Drift, EndCause, HoldCause, Operation, ServiceSpec};

/// What was ordered to be delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderedService {
    /// For whom.
    pub client_id: ClientId,
    /// With which order, if with one.
    pub order_id: Option<OrderId>,
    /// Which position of it, from 0.
    pub item: u32,
    /// What pays for it again and again, if it recurs.
    pub subscription_id: Option<SubscriptionId>,
    /// What was sold.
    pub product_id: ProductId,
    /// What kind of thing that is (SVC-04).
    pub kind: ProductKind,
    /// What is asked of a server.
    pub spec: ServiceSpec,
}

/// A fact about a service. Those that end in `requested` want something of its server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceEvent {
    /// It is to be delivered once it is paid.
    Ordered {
        /// What.
        what: Box<OrderedService>,
        /// The day.
        on: NaiveDate,
    },
    /// A server is to make it.
    ProvisioningRequested {
        /// Counts the attempts from 1.
        attempt: u32,
        /// Which server.
        server_id: ServerId,
        /// The group it was picked from.
        server_group_id: Option<ServerGroupId>,
        /// Key of its driver.
        driver: String,
        /// What is to be made.
        spec: ServiceSpec,
        /// Why this server.
        pick: PickReason,
        /// The day.
        on: NaiveDate,
    },
    /// The server is at it.
    CreationAccepted {
        /// Which attempt.
        attempt: u32,
        /// What the server calls it.
        reference: String,
    },
    /// It was made and runs.
    Provisioned {
        /// Which attempt.
        attempt: u32,
        /// What the server calls it.
        reference: String,
        /// What people call it there.
        name: Option<String>,
        /// Where it is reached.
        address: Option<String>,
        /// How one gets in.
        secrets: Option<SecretsRef>,
        /// The day.
        on: NaiveDate,
    },
    /// No account came of an attempt.
    ProvisioningFailed {
        /// Which attempt; 0 when no server could be asked.
        attempt: u32,
        /// Why, for machines.
        code: String,
        /// Why, for people.
        reason: String,
        /// The day.
        on: NaiveDate,
    },
    /// It is to stand still until the same cause is lifted.
    HoldPlaced {
        /// The cause.
        cause: HoldCause,
        /// More about it.
        reason: String,
        /// The day.
        on: NaiveDate,
    },
    /// A cause is no more.
    HoldLifted {
        /// The cause.
        cause: HoldCause,
        /// The day.
        on: NaiveDate,
    },
    /// The server is to let it stand still.
    SuspensionRequested {
        /// The day.
        on: NaiveDate,
    },
    /// It stands still.
    Suspended {
        /// The day.
        on: NaiveDate,
    },
    /// The server is to let it run again.
    ResumptionRequested {
        /// The day.
        on: NaiveDate,
    },
    /// It runs again.
    Unsuspended {
        /// The day.
        on: NaiveDate,
    },
    /// The server is to delete it.
    TerminationRequested {
        /// Why.
        cause: EndCause,
        /// The day.
        on: NaiveDate,
    },
    /// It is deleted.
    Terminated {
        /// The day.
        on: NaiveDate,
    },
    /// It is to be something else.
    ResizeRequested {
        /// What.
        spec: ServiceSpec,
        /// The day.
        on: NaiveDate,
    },
    /// It is something else.
    Resized {
        /// What.
        spec: ServiceSpec,
        /// Fields of the package that the server did not change.
        not_changed: Vec<String>,
        /// The day.
        on: NaiveDate,
    },
    /// Something is to be done with the running account.
    OperationRequested {
        /// Counts the operations from 1.
        no: u32,
        /// What.
        operation: Operation,
        /// The day.
        on: NaiveDate,
    },
    /// It was done.
    OperationPerformed {
        /// Counts the operations from 1.
        no: u32,
        /// What.
        operation: Operation,
        /// The secrets of the account, if it has others now.
        secrets: Option<SecretsRef>,
        /// The day.
        on: NaiveDate,
    },
    /// It could not be done.
    OperationFailed {
        /// Counts the operations from 1.
        no: u32,
        /// What.
        operation: Operation,
        /// Why, for machines.
        code: String,
        /// Why, for people.
        reason: String,
        /// The day.
        on: NaiveDate,
    },
    /// Nobody goes on trying what was asked of the server.
    CallFailed {
        /// What was asked.
        wanted: Call,
        /// Why, for machines.
        code: String,
        /// Why, for people.
        reason: String,
        /// The day.
        on: NaiveDate,
    },
    /// An account that was there already is the service's.
    Adopted {
        /// On which server.
        server_id: ServerId,
        /// Key of its driver.
        driver: String,
        /// What the server calls it.
        reference: String,
        /// The day.
        on: NaiveDate,
    },
    /// The account is not what we know of it.
    DriftFound {
        /// In which way.
        drift: Drift,
        /// The day.
        on: NaiveDate,
    },
    /// It is again.
    DriftCleared {
        /// The day.
        on: NaiveDate,
    },
    /// It came to nothing before it was made.
    Cancelled {
        /// Why.
        reason: String,
        /// The day.
        on: NaiveDate,
    },
    /// Somebody was shown the secrets of the account.
    CredentialsShown {
        /// The day.
        on: NaiveDate,
    },
}

name_events!(ServiceEvent {
    Ordered => "service.ordered" v "1",
    ProvisioningRequested => "service.provisioning_requested" v "1",
    CreationAccepted => "service.creation_accepted" v "1",
    Provisioned => "service.provisioned" v "1",
    ProvisioningFailed => "service.provisioning_failed" v "1",
    HoldPlaced => "service.hold_placed" v "1",
    HoldLifted => "service.hold_lifted" v "1",
    SuspensionRequested => "service.suspension_requested" v "1",
    Suspended => "service.suspended" v "1",
    ResumptionRequested => "service.resumption_requested" v "1",
    Unsuspended => "service.unsuspended" v "1",
    TerminationRequested => "service.termination_requested" v "1",
    Terminated => "service.terminated" v "1",
    ResizeRequested => "service.resize_requested" v "1",
    Resized => "service.resized" v "1",
    OperationRequested => "service.operation_requested" v "1",
    OperationPerformed => "service.operation_performed" v "1",
    OperationFailed => "service.operation_failed" v "1",
    CallFailed => "service.call_failed" v "1",
    Adopted => "service.adopted" v "1",
    DriftFound => "service.drift_found" v "1",
    DriftCleared => "service.drift_cleared" v "1",
    Cancelled => "service.cancelled" v "1",
    CredentialsShown => "service.credentials_shown" v "1",
});

impl EventBody for ServiceEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Ordered { on, .. }
            | Self::ProvisioningRequested { on, .. }
            | Self::Provisioned { on, .. }
            | Self::ProvisioningFailed { on, .. }
            | Self::HoldPlaced { on, .. }
            | Self::HoldLifted { on, .. }
            | Self::SuspensionRequested { on }
            | Self::Suspended { on }
            | Self::ResumptionRequested { on }
            | Self::Unsuspended { on }
            | Self::TerminationRequested { on, .. }
            | Self::Terminated { on }
            | Self::ResizeRequested { on, .. }
            | Self::Resized { on, .. }
            | Self::OperationRequested { on, .. }
            | Self::OperationPerformed { on, .. }
            | Self::OperationFailed { on, .. }
            | Self::CallFailed { on, .. }
            | Self::Adopted { on, .. }
            | Self::DriftFound { on, .. }
            | Self::DriftCleared { on }
            | Self::Cancelled { on, .. }
            | Self::CredentialsShown { on } => Some(*on),
            Self::CreationAccepted { .. } => None,
        }
    }
}
