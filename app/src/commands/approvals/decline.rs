//! Says no to what waits; nothing of it is done.

use async_trait::async_trait;
use billfold_domain::approval::{Approval, ApprovalCommand, Approver, Verdict};
use billfold_domain::kernel::ApprovalId;
use serde::Serialize;

use super::touches;
use crate::commands::{Plan, Room, UseCase};
use crate::error::Error;

/// Say no to what waits.
#[derive(Clone, Debug, Serialize)]
pub struct DeclineApproval {
    /// To what.
    pub approval_id: ApprovalId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
    /// Who says so, as an auth check found it.
    #[serde(skip)]
    pub approver: Approver,
}

#[async_trait]
impl UseCase for DeclineApproval {
    const NAME: &'static str = "decline_approval";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.approval_id.uuid();
        let (approver, reason) = (self.approver.clone(), self.reason.clone());
        let verdict = Verdict { approver, reason };
        Ok(touches(room, self.approval_id).await?.decide(move |table| {
            table.decide::<Approval>(id, ApprovalCommand::Decline(verdict.clone()))?;
            Ok(())
        }))
    }
}
