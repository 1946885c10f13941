//! Makes a client known. The contact is sealed before it reaches the event.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientCommand, ClientEvent, ContactCard, Register};
use billfold_domain::kernel::{BlindIndex, ClientId, Country, Currency, Origin, StaffId};
use billfold_domain::staff::StaffMember;
use serde::{Deserialize, Serialize};

use super::{entrust, seal_contact};
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Make a client known.
#[derive(Clone, Debug, Serialize)]
pub struct RegisterClient {
    /// The id to use; a new one unless given.
    pub client_id: Option<ClientId>,
    /// Who it is and where to reach them.
    pub contact: ContactCard,
    /// Decides taxes; the address's country unless given.
    pub country: Option<Country>,
    /// What the client is billed in; the seller's currency unless given.
    pub currency: Option<Currency>,
    /// Where an imported client came from.
    pub origin: Option<Origin>,
}

/// The client is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientRegistered {
    /// Its id.
    pub client_id: ClientId,
}

#[async_trait]
impl UseCase for RegisterClient {
    const NAME: &'static str = "register_client";
    type Answer = ClientRegistered;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<ClientRegistered>, Error> {
        self.plan_for(room, None).await
    }
}

/// Make a client known whom a reseller looks after (RBA-11).
#[derive(Clone, Debug, Serialize)]
pub struct RegisterClientOfReseller {
    /// Who it is.
    pub register: RegisterClient,
    /// Who looks after them.
    pub reseller: StaffId,
}

#[async_trait]
impl UseCase for RegisterClientOfReseller {
    const NAME: &'static str = "register_client_of_reseller";
    type Answer = ClientRegistered;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<ClientRegistered>, Error> {
        self.register.plan_for(room, Some(self.reseller)).await
    }
}

impl RegisterClient {
    async fn plan_for(
        &self,
        room: &Room<'_>,
        reseller: Option<StaffId>,
    ) -> Result<Plan<ClientRegistered>, Error> {
        let mut touches = Touches::new(room.tenant);
        if let Some(reseller) = reseller {
            // Before a key is made for the client.
            let known = room.load::<StaffMember>(reseller.uuid()).await?;
            entrust::must_be_active(&known.state.0)?;
            touches = touches.reads::<StaffMember>(reseller.uuid());
        }
        let client_id = self.client_id.unwrap_or_else(|| ClientId::new(room.mint()));
        let (contact, email_index) = seal_contact(room, client_id, &self.contact).await?;
        let country = self.country.or(self.contact.address.country);
        let (currency, origin) = (self.currency, self.origin.clone());
        let index = email_index.as_ref().map(BlindIndex::as_str);
        let touches =
            touches.begins::<Client>(client_id.uuid()).claims(ClientEvent::EMAIL_SCOPE, index);
        Ok(touches.decide(move |table| {
            let register = Register {
                contact: contact.clone(),
                email_index: email_index.clone(),
                country,
                currency: currency.unwrap_or(table.settings()?.currency),
                origin: origin.clone(),
            };
            table.decide::<Client>(client_id.uuid(), ClientCommand::Register(register))?;
            if let Some(reseller) = reseller {
                entrust::must_be_active(table.state::<StaffMember>(reseller.uuid())?)?;
                table.decide::<Client>(client_id.uuid(), ClientCommand::Entrust { reseller })?;
            }
            Ok(ClientRegistered { client_id })
        }))
    }
}
