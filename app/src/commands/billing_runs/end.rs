//! Says how a billing run went.

use async_trait::async_trait;
use billfold_domain::billing_run::{
    BillingRun, BillingRunCommand, EndRun, HaltReason, SetAside, Tally,
};
use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::kernel::BillingRunId;
use serde::Serialize;

use crate::billing_run::Quarantined;
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Say how a billing run went.
#[derive(Clone, Debug, Serialize)]
pub struct EndBillingRun {
    /// Which.
    pub billing_run_id: BillingRunId,
    /// How many accounts were answered in which way.
    pub tally: Tally,
    /// The accounts that a rule refused.
    pub quarantined: Vec<Quarantined>,
    /// Why it stopped early, if it did.
    pub halted: Option<HaltReason>,
}

#[async_trait]
impl UseCase for EndBillingRun {
    const NAME: &'static str = "end_billing_run";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.billing_run_id.uuid();
        let clients = self.quarantined.iter().map(|account| account.client_id.uuid());
        let clients = room.load_many::<Client>(clients.collect()).await?;
        if clients.iter().any(|client| client.state.0 == Client::Absent) {
            return Err(Refused::of(&ClientRefusal::Absent).at("/quarantined").into());
        }
        let aside = |account: &Quarantined| SetAside {
            client_id: account.client_id,
            currency: account.currency,
            code: account.reason.code.clone(),
            detail: account.reason.detail.clone(),
        };
        let end = EndRun {
            tally: self.tally,
            quarantined: self.quarantined.iter().map(aside).collect(),
            halted: self.halted,
        };
        Ok(Touches::new(room.tenant).main::<BillingRun>(id).decide(move |table| {
            table.decide::<BillingRun>(id, BillingRunCommand::End(end.clone()))?;
            Ok(())
        }))
    }
}
