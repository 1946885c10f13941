//! Withdraws a proforma: nobody is to pay it any more.

use async_trait::async_trait;
use billfold_domain::kernel::ProformaId;
use billfold_domain::proforma::{Proforma, ProformaCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Withdraw a proforma.
#[derive(Clone, Debug, Serialize)]
pub struct WithdrawProforma {
    /// Which.
    pub proforma_id: ProformaId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for WithdrawProforma {
    const NAME: &'static str = "withdraw_proforma";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, reason) = (self.proforma_id.uuid(), self.reason.clone());
        Ok(Touches::new(room.tenant).main::<Proforma>(id).decide(move |table| {
            let withdraw = ProformaCommand::Withdraw { reason: reason.clone() };
            table.decide::<Proforma>(id, withdraw)?;
            Ok(())
        }))
    }
}
