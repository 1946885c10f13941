//! What can have happened to an approval.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::aggregate::name_events;
use crate::kernel::{Actor, Claim, DeedKind, EventBody, Money};

/// A deed of the command that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedDeed {
    /// The kind.
    pub kind: DeedKind,
    /// The kind of stream it is about, such as `payment`.
    pub stream: String,
    /// Which stream of that kind.
    pub id: Uuid,
    /// How much it was when it was asked for.
    pub amount: Money,
    /// How much that stream would come to with it.
    pub in_all: Money,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedApproval {
    /// What the command would do, at least one deed.
    pub deeds: Vec<StatedDeed>,
    /// The name of the use case.
    pub use_case: String,
    /// The command as canonical JSON; no personal data, as commands of deeds hold none.
    pub command: String,
    /// SHA-256 over the use case and the command, as 64 lower-case hexadecimal digits.
    pub command_hash: String,
    /// The id of the request, which what is done later names as its cause.
    pub command_id: Uuid,
    /// The business process of the request.
    pub correlation_id: Uuid,
    /// Who asked.
    pub asked_by: Actor,
    /// Why, if that was said.
    pub reason: Option<String>,
    /// Until when somebody may say yes.
    pub expires_at: DateTime<Utc>,
}

/// A fact about an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalEvent {
    /// A second person is asked.
    Requested(Box<RequestedApproval>),
    /// Somebody said yes.
    Granted {
        /// Who.
        by: Actor,
        /// Why.
        reason: String,
    },
    /// Somebody said no.
    Declined {
        /// Who.
        by: Actor,
        /// Why.
        reason: String,
        /// The claim that is free again.
        command_hash: String,
    },
    /// Who asked took it back.
    Withdrawn {
        /// Why.
        reason: String,
        /// The claim that is free again.
        command_hash: String,
    },
    /// Nobody answered in time.
    Expired {
        /// The claim that is free again.
        command_hash: String,
    },
    /// What was granted was done, in the same append.
    CarriedOut {
        /// The claim that is free again.
        command_hash: String,
    },
    /// What was granted could not be done.
    Failed {
        /// The code of the rule that said no.
        code: String,
        /// What it said.
        detail: String,
        /// The claim that is free again.
        command_hash: String,
    },
}

name_events!(ApprovalEvent {
    Requested => "approval.requested" v "1",
    Granted => "approval.granted" v "1",
    Declined => "approval.declined" v "1",
    Withdrawn => "approval.withdrawn" v "1",
    Expired => "approval.expired" v "1",
    CarriedOut => "approval.carried_out" v "1",
    Failed => "approval.failed" v "1",
});

impl ApprovalEvent {
    /// Scope of the claim on a command that waits, by its hash.
    pub const COMMAND_SCOPE: &'static str = "approval.command";
}

impl EventBody for ApprovalEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn claims(&self) -> Vec<Claim> {
        let scope = Self::COMMAND_SCOPE;
        match self {
            Self::Requested(asked) => {
                vec![Claim::Take { scope, key: asked.command_hash.clone() }]
            }
            Self::Granted { .. } => Vec::new(),
            Self::Declined { command_hash, .. }
            | Self::Withdrawn { command_hash, .. }
            | Self::Expired { command_hash }
            | Self::CarriedOut { command_hash }
            | Self::Failed { command_hash, .. } => {
                vec![Claim::Release { scope, key: command_hash.clone() }]
            }
        }
    }
}
