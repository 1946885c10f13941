//! Ends what nobody answered in time.

use async_trait::async_trait;
use billfold_domain::approval::{Approval, ApprovalCommand};
use billfold_domain::kernel::ApprovalId;
use serde::Serialize;

use super::touches;
use crate::commands::{Plan, Room, UseCase};
use crate::error::Error;

/// End an approval whose time is over.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct LetApprovalLapse {
    /// Which.
    pub approval_id: ApprovalId,
}

#[async_trait]
impl UseCase for LetApprovalLapse {
    const NAME: &'static str = "let_approval_lapse";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.approval_id.uuid();
        Ok(touches(room, self.approval_id).await?.decide(move |table| {
            table.decide::<Approval>(id, ApprovalCommand::LetLapse)?;
            Ok(())
        }))
    }
}
