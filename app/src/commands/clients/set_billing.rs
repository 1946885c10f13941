//! Says where a client's days begin, and what billing periods hold on to.

use async_trait::async_trait;
use billfold_domain::client::{BillingTerms, Client, ClientCommand};
use billfold_domain::kernel::ClientId;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Choose how a client is billed.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetClientBilling {
    /// Which client.
    pub client_id: ClientId,
    /// How, from now on.
    pub billing: BillingTerms,
}

#[async_trait]
impl UseCase for SetClientBilling {
    const NAME: &'static str = "set_client_billing";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, billing) = (self.client_id.uuid(), self.billing);
        Ok(Touches::new(room.tenant).main::<Client>(id).decide(move |table| {
            table.decide::<Client>(id, ClientCommand::SetBilling(billing))?;
            Ok(())
        }))
    }
}
