//! The words in which a service is delivered: what is wanted, what is, and what holds it.

use serde::{Deserialize, Serialize};

/// What is wanted of the account on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// Nothing yet: it was not paid.
    Nothing,
    /// That it runs.
    Running,
    /// That it stands still.
    Suspended,
    /// That it is gone.
    Gone,
}

/// What the account on the server is, as far as we were told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actual {
    /// There is none.
    #[default]
    None,
    /// It is being made.
    Creating {
        /// Counts the attempts from 1.
        attempt: u32,
        /// What the server calls it, once this attempt learnt it.
        reference: Option<String>,
    },
    /// It runs.
    Running,
    /// It stands still.
    Suspended,
    /// It is gone.
    Gone,
}

impl Actual {
    /// Whether there is an account that can be suspended, resized or deleted.
    pub fn is_there(&self) -> bool {
        matches!(self, Self::Running | Self::Suspended)
    }
}

/// Why a service stands still. Several may hold one at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldCause {
    /// What is owed for it was not paid.
    Overdue,
    /// A bank took its payment back.
    Disputed,
    /// Its subscription is paused.
    Paused,
    /// It was abused.
    Abuse,
    /// Somebody of the staff decided so.
    ByHand,
}

impl HoldCause {
    /// Every cause, in the order screens list them.
    pub const ALL: [Self; 5] =
        [Self::Overdue, Self::Disputed, Self::Paused, Self::Abuse, Self::ByHand];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Disputed => "disputed",
            Self::Paused => "paused",
            Self::Abuse => "abuse",
            Self::ByHand => "by_hand",
        }
    }
}

/// Why a service is terminated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// Its contract ended.
    ContractEnded,
    /// What is owed for it was not paid, for too long.
    Overdue,
    /// A dispute about its payment was lost.
    Disputed,
    /// Somebody of the staff decided so.
    ByHand,
}

impl EndCause {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::ContractEnded => "contract_ended",
            Self::Overdue => "overdue",
            Self::Disputed => "disputed",
            Self::ByHand => "by_hand",
        }
    }
}

/// What a server is asked to do about an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Make it.
    Create,
    /// Let it stand still.
    Suspend,
    /// Let it run again.
    Unsuspend,
    /// Give it another package.
    Resize,
    /// Delete it.
    Terminate,
}

impl Call {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Suspend => "suspend",
            Self::Unsuspend => "unsuspend",
            Self::Resize => "resize",
            Self::Terminate => "terminate",
        }
    }
}

/// What is done with a running account on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Set up anew; what it holds is lost.
    Reinstall,
    /// Switched on.
    Start,
    /// Switched off.
    Stop,
    /// Switched off and on.
    Restart,
    /// Given another password.
    ResetPassword,
}

impl Operation {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reinstall => "reinstall",
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::ResetPassword => "reset_password",
        }
    }
}

/// How the account on the server differs from what we know of it (SRV-15).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drift {
    /// It is not there.
    Missing,
    /// It runs and should not, or the other way round.
    WrongState {
        /// What it is, in the words of the driver: lower case letters, digits, `_` and `-`.
        there: String,
    },
    /// It has other limits than its package.
    WrongLimits,
}

/// What went wrong last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What was asked for.
    pub call: Call,
    /// Why, for machines.
    pub code: String,
    /// Why, for people.
    pub reason: String,
}

/// What screens call a delivered service (SVC-19).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Ordered; nothing was asked of a server.
    Pending,
    /// A server was asked to make it.
    Provisioning,
    /// No server made it.
    ProvisionFailed,
    /// It runs.
    Active,
    /// It stands still and can run again.
    Suspended,
    /// It is gone.
    Terminated,
    /// It never came to be.
    Cancelled,
}

impl DeliveryStatus {
    /// Every status, in the order of a life.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Provisioning,
        Self::ProvisionFailed,
        Self::Active,
        Self::Suspended,
        Self::Terminated,
        Self::Cancelled,
    ];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Provisioning => "provisioning",
            Self::ProvisionFailed => "provision_failed",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Terminated => "terminated",
            Self::Cancelled => "cancelled",
        }
    }
}
