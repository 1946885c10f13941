//! Sells to a suspended or inactive client again.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientCommand};
use billfold_domain::kernel::ClientId;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Activate a client.
#[derive(Clone, Debug, Serialize)]
pub struct ActivateClient {
    /// Whom.
    pub client_id: ClientId,
}

#[async_trait]
impl UseCase for ActivateClient {
    const NAME: &'static str = "activate_client";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.client_id.uuid();
        Ok(Touches::new(room.tenant).main::<Client>(id).decide(move |table| {
            table.decide::<Client>(id, ClientCommand::Activate)?;
            Ok(())
        }))
    }
}
