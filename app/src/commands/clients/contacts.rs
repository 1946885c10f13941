//! Names further contacts of a client, says anew who one is, and names one no longer.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientCommand, ContactCard, ContactKind, RecordCommand};
use billfold_domain::kernel::ClientId;
use serde::{Deserialize, Serialize};

use super::seal_for;
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};
use crate::vault::field;

/// Name a further contact, or say anew who one is.
#[derive(Clone, Debug, Serialize)]
pub struct SetClientContact {
    /// Whose.
    pub client_id: ClientId,
    /// Which is said anew; a further one unless given.
    pub no: Option<u32>,
    /// What the person is asked about, at least one.
    pub kinds: Vec<ContactKind>,
    /// Who it is.
    pub person: ContactCard,
}

/// Name a contact no longer.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RemoveClientContact {
    /// Whose.
    pub client_id: ClientId,
    /// Which.
    pub no: u32,
}

/// The contact is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactNamed {
    /// Counted per client from 1.
    pub no: u32,
}

#[async_trait]
impl UseCase for SetClientContact {
    const NAME: &'static str = "set_client_contact";
    type Answer = ContactNamed;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<ContactNamed>, Error> {
        self.person.check().map_err(|invalid| Refused::of(&invalid.under("person")))?;
        let name = field::CLIENT_PERSON;
        let person = seal_for(room, self.client_id, name, &self.person).await?;
        let (id, no, kinds) = (self.client_id.uuid(), self.no, self.kinds.clone());
        Ok(Touches::new(room.tenant).main::<Client>(id).decide(move |table| {
            let (kinds, person) = (kinds.clone(), person.clone());
            let ask = match no {
                Some(no) => RecordCommand::ReviseContact { no, kinds, person },
                None => RecordCommand::AddContact { kinds, person },
            };
            table.decide::<Client>(id, ClientCommand::Record(ask))?;
            let profile = table.state::<Client>(id)?.profile();
            let newest = profile.map_or(0, |profile| profile.last_contact);
            Ok(ContactNamed { no: no.unwrap_or(newest) })
        }))
    }
}

#[async_trait]
impl UseCase for RemoveClientContact {
    const NAME: &'static str = "remove_client_contact";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, no) = (self.client_id.uuid(), self.no);
        Ok(Touches::new(room.tenant).main::<Client>(id).decide(move |table| {
            let ask = RecordCommand::RemoveContact { no };
            table.decide::<Client>(id, ClientCommand::Record(ask))?;
            Ok(())
        }))
    }
}
