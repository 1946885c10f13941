//! Sells nothing new to a client.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientCommand};
use billfold_domain::kernel::ClientId;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Suspend a client.
#[derive(Clone, Debug, Serialize)]
pub struct SuspendClient {
    /// Whom.
    pub client_id: ClientId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for SuspendClient {
    const NAME: &'static str = "suspend_client";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, reason) = (self.client_id.uuid(), self.reason.clone());
        Ok(Touches::new(room.tenant).main::<Client>(id).decide(move |table| {
            table.decide::<Client>(id, ClientCommand::Suspend { reason: reason.clone() })?;
            Ok(())
        }))
    }
}
