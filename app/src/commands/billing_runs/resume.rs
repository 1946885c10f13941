//! Goes on with a billing run that was halted; one that a dead process left needs no event.

use async_trait::async_trait;
use billfold_domain::billing_run::{BillingRun, BillingRunCommand};
use billfold_domain::kernel::BillingRunId;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Go on with a billing run.
#[derive(Clone, Debug, Serialize)]
pub struct ResumeBillingRun {
    /// Which.
    pub billing_run_id: BillingRunId,
}

#[async_trait]
impl UseCase for ResumeBillingRun {
    const NAME: &'static str = "resume_billing_run";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.billing_run_id.uuid();
        Ok(Touches::new(room.tenant).main::<BillingRun>(id).decide(move |table| {
            table.decide::<BillingRun>(id, BillingRunCommand::Resume)?;
            Ok(())
        }))
    }
}
