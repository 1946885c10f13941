//! Forgets who a client is: the event first, then the keys. Sums, numbers and the hash chain stay
//! as they are.
//!
//! Guarantees: a crash between event and keys is repaired by asking again, with the same key or
//! another, because a client who is erased already leads to no event and to the destruction of what
//! is left. The buyer on issued documents stays readable until retention ends.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientCommand, ClientEvent};
use billfold_domain::kernel::{BlindIndex, ClientId};
use serde::{Deserialize, Serialize};

use super::subject_of;
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;
use crate::ports::SubjectRef;

/// Erase a client's personal data.
#[derive(Clone, Debug, Serialize)]
pub struct EraseClient {
    /// Whose.
    pub client_id: ClientId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

/// The client is forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientErased {
    /// Which client.
    pub client_id: ClientId,
}

#[async_trait]
impl UseCase for EraseClient {
    const NAME: &'static str = "erase_client";
    type Answer = ClientErased;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<ClientErased>, Error> {
        let (client_id, reason) = (self.client_id, self.reason.clone());
        let id = client_id.uuid();
        let known = room.load::<Client>(id).await?;
        let index = known.state.0.profile().and_then(|profile| profile.email_index.clone());
        let version = known.version;
        let touches = Touches::new(room.tenant)
            .main::<Client>(id)
            .claims(ClientEvent::EMAIL_SCOPE, index.as_ref().map(BlindIndex::as_str))
            .at_rest();
        Ok(touches.decide(move |table| {
            table.unmoved::<Client>(id, version)?;
            if *table.state::<Client>(id)? != Client::Erased {
                table.decide::<Client>(id, ClientCommand::Erase { reason: reason.clone() })?;
            }
            Ok(ClientErased { client_id })
        }))
    }

    async fn after(&self, room: &Room<'_>, answer: &ClientErased) -> Result<(), Error> {
        let today = room.settings().await?.day_of(room.now);
        let of = SubjectRef { tenant: room.tenant, subject: subject_of(answer.client_id) };
        room.vault().erase(of, today, room.now).await?;
        room.forget::<Client>(answer.client_id.uuid());
        Ok(())
    }
}
