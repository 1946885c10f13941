//! Replaces a client's contact details as a whole.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientCommand, ClientEvent, ClientRefusal, ContactCard};
use billfold_domain::kernel::{BlindIndex, ClientId, Country};
use serde::Serialize;

use super::seal_contact;
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Replace the contact details.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeClientContact {
    /// Whose.
    pub client_id: ClientId,
    /// The new details, all of them.
    pub contact: ContactCard,
    /// Decides taxes; the address's country unless given.
    pub country: Option<Country>,
}

#[async_trait]
impl UseCase for ChangeClientContact {
    const NAME: &'static str = "change_client_contact";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.client_id.uuid();
        let known = room.load::<Client>(id).await?;
        let version = known.version;
        let previous = match &known.state.0 {
            Client::Active(profile) | Client::Suspended(profile) | Client::Inactive(profile) => {
                profile.email_index.clone()
            }
            Client::Absent => return Err(Refused::of(&ClientRefusal::Absent).into()),
            Client::Erased => return Err(Refused::of(&ClientRefusal::Erased).into()),
        };
        let country = self.country.or(self.contact.address.country);
        let (contact, email_index) = seal_contact(room, self.client_id, &self.contact).await?;
        let touches = Touches::new(room.tenant)
            .main::<Client>(id)
            .claims(ClientEvent::EMAIL_SCOPE, previous.as_ref().map(BlindIndex::as_str))
            .claims(ClientEvent::EMAIL_SCOPE, email_index.as_ref().map(BlindIndex::as_str));
        Ok(touches.decide(move |table| {
            table.unmoved::<Client>(id, version)?;
            let (contact, email_index) = (contact.clone(), email_index.clone());
            let change = ClientCommand::ChangeContact { contact, email_index, country };
            table.decide::<Client>(id, change)?;
            Ok(())
        }))
    }
}
