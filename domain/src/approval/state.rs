//! What is known of an approval.

use serde::{Deserialize, Serialize};

use crate::approval::{ApprovalEvent, RequestedApproval};

/// An approval.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// Nobody asked under this id.
    #[default]
    Absent,
    /// Somebody else has to say yes or no.
    Waiting(Box<RequestedApproval>),
    /// Somebody said yes; only between two events of one append.
    Granted(Box<RequestedApproval>),
    /// It is over.
    Ended {
        /// What was asked for.
        asked: Box<RequestedApproval>,
        /// How it ended.
        outcome: ApprovalOutcome,
    },
}

/// How an approval ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalOutcome {
    /// It was granted and done.
    CarriedOut,
    /// It was granted, and could not be done.
    Failed,
    /// Somebody said no.
    Declined,
    /// Who asked took it back.
    Withdrawn,
    /// Nobody answered in time.
    Expired,
}

impl Approval {
    /// What was asked for, once something was.
    pub fn asked(&self) -> Option<&RequestedApproval> {
        match self {
            Self::Absent => None,
            Self::Waiting(asked) | Self::Granted(asked) | Self::Ended { asked, .. } => Some(asked),
        }
    }

    /// Whether somebody may still say yes or no, were it in time.
    pub fn is_waiting(&self) -> bool {
        matches!(self, Self::Waiting(_))
    }

    pub(super) fn take(&mut self, event: &ApprovalEvent) {
        use ApprovalOutcome as Outcome;
        match event {
            ApprovalEvent::Requested(asked) => *self = Self::Waiting(asked.clone()),
            ApprovalEvent::Granted { .. } => {
                if let Self::Waiting(asked) = std::mem::take(self) {
                    *self = Self::Granted(asked);
                }
            }
            ApprovalEvent::Declined { .. } => self.end(Outcome::Declined),
            ApprovalEvent::Withdrawn { .. } => self.end(Outcome::Withdrawn),
            ApprovalEvent::Expired { .. } => self.end(Outcome::Expired),
            ApprovalEvent::CarriedOut { .. } => self.end(Outcome::CarriedOut),
            ApprovalEvent::Failed { .. } => self.end(Outcome::Failed),
        }
    }

    fn end(&mut self, outcome: ApprovalOutcome) {
        if let Self::Waiting(asked) | Self::Granted(asked) = std::mem::take(self) {
            *self = Self::Ended { asked, outcome };
        }
    }
}
