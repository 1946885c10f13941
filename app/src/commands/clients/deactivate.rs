//! Says that a client left: nothing new is sold, and they sign in no longer (CLI-01, CLI-09).

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientCommand};
use billfold_domain::kernel::ClientId;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Deactivate a client.
#[derive(Clone, Debug, Serialize)]
pub struct DeactivateClient {
    /// Whom.
    pub client_id: ClientId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for DeactivateClient {
    const NAME: &'static str = "deactivate_client";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, reason) = (self.client_id.uuid(), self.reason.clone());
        Ok(Touches::new(room.tenant).main::<Client>(id).decide(move |table| {
            table.decide::<Client>(id, ClientCommand::Deactivate { reason: reason.clone() })?;
            Ok(())
        }))
    }
}
