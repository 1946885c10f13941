//! Takes a question to a second person back.

use async_trait::async_trait;
use billfold_domain::approval::{Approval, ApprovalCommand};
use billfold_domain::kernel::ApprovalId;
use serde::Serialize;

use super::touches;
use crate::commands::{Plan, Room, UseCase};
use crate::error::Error;

/// Take back what one asked for.
#[derive(Clone, Debug, Serialize)]
pub struct WithdrawApproval {
    /// What.
    pub approval_id: ApprovalId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for WithdrawApproval {
    const NAME: &'static str = "withdraw_approval";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, reason) = (self.approval_id.uuid(), self.reason.clone());
        Ok(touches(room, self.approval_id).await?.decide(move |table| {
            let withdraw = ApprovalCommand::Withdraw { reason: reason.clone() };
            table.decide::<Approval>(id, withdraw)?;
            Ok(())
        }))
    }
}
