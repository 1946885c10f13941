//! Starts a billing run (SUB-14). What is due is billed by whoever takes it up.

use async_trait::async_trait;
use billfold_domain::billing_run::{BillingRun, BillingRunCommand, StartRun};
use billfold_domain::kernel::{BillingRunId, Money};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Start a billing run.
#[derive(Clone, Debug, Serialize)]
pub struct StartBillingRun {
    /// The id to use; a new one unless given.
    pub billing_run_id: Option<BillingRunId>,
    /// The last day of what is due; today at the seller's place unless given.
    pub through: Option<NaiveDate>,
    /// A document larger than this, with tax, is quarantined; one amount per currency.
    pub largest: Vec<Money>,
    /// More quarantined accounts than this halt the run.
    pub most_quarantined: u32,
}

/// The run is started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingRunStarted {
    /// Its id.
    pub billing_run_id: BillingRunId,
    /// The last day of what is due.
    pub through: NaiveDate,
}

#[async_trait]
impl UseCase for StartBillingRun {
    const NAME: &'static str = "start_billing_run";
    type Answer = BillingRunStarted;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<BillingRunStarted>, Error> {
        let id = self.billing_run_id.unwrap_or_else(|| BillingRunId::new(room.mint()));
        let ask = self.clone();
        let touches = Touches::new(room.tenant).begins::<BillingRun>(id.uuid());
        Ok(touches.decide(move |table| {
            let through = ask.through.unwrap_or_else(|| table.today());
            let (largest, most_quarantined) = (ask.largest.clone(), ask.most_quarantined);
            let start = StartRun { through, largest, most_quarantined };
            table.decide::<BillingRun>(id.uuid(), BillingRunCommand::Start(start))?;
            Ok(BillingRunStarted { billing_run_id: id, through })
        }))
    }
}
