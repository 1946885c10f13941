//! Use cases about a client: register, change the contact, suspend, deactivate, activate,
//! erase; and what is
//! kept about one: further contacts, notes, the seller's own fields.

mod activate;
mod change_contact;
mod contacts;
mod deactivate;
mod entrust;
mod erase;
mod notes;
mod register;
mod set_billing;
mod set_custom_fields;
mod set_tax_facts;
mod suspend;

use billfold_domain::client::{Client, ClientRefusal, ContactCard};
use billfold_domain::kernel::{BlindIndex, ClientId, KeyClass, Pii, SubjectId};
use serde::Serialize;

use super::room::Room;
use super::table::{No, Table};
use crate::error::{Error, Refused};
use crate::vault::{Wanted, field};

pub use activate::ActivateClient;
pub use change_contact::ChangeClientContact;
pub use contacts::{ContactNamed, RemoveClientContact, SetClientContact};
pub use deactivate::DeactivateClient;
pub use entrust::{EntrustClient, WithdrawClient};
pub use erase::{ClientErased, EraseClient};
pub use notes::{AddClientNote, NoteWritten, RemoveClientNote};
pub use register::{ClientRegistered, RegisterClient, RegisterClientOfReseller};
pub use set_billing::SetClientBilling;
pub use set_custom_fields::SetClientCustomFields;
pub use set_tax_facts::SetClientTaxFacts;
pub use suspend::SuspendClient;

/// Whose data a client's contact is: a client is one subject.
#[must_use]
pub fn subject_of(client: ClientId) -> SubjectId {
    SubjectId::new(client.uuid())
}

/// The contact of a client, checked and sealed, and the blind index of its address.
async fn seal_contact(
    room: &Room<'_>,
    client: ClientId,
    contact: &ContactCard,
) -> Result<(Pii<ContactCard>, Option<BlindIndex>), Error> {
    contact.check().map_err(|invalid| Refused::of(&invalid.under("contact")))?;
    let subject = subject_of(client);
    let class = KeyClass::Operational;
    let wanted = Wanted { subject, class, retain_until: None };
    let ring = room.vault().ring_to_seal(room.tenant, &[wanted], room.now).await?;
    let sealed = ring.seal(subject, class, field::CLIENT_CONTACT, contact)?;
    let index = match &contact.email {
        Some(email) => Some(room.vault().email_index(room.tenant, email, room.now).await?),
        None => None,
    };
    Ok((sealed, index))
}

/// Something about a client that is there, sealed under the key that erasing destroys.
async fn seal_for<T: Serialize>(
    room: &Room<'_>,
    client: ClientId,
    field: &'static str,
    content: &T,
) -> Result<Pii<T>, Error> {
    match room.load::<Client>(client.uuid()).await?.state.0 {
        Client::Active(_) | Client::Suspended(_) | Client::Inactive(_) => {}
        Client::Absent => return Err(Refused::of(&ClientRefusal::Absent).into()),
        Client::Erased => return Err(Refused::of(&ClientRefusal::Erased).into()),
    }
    let (subject, class) = (subject_of(client), KeyClass::Operational);
    let wanted = Wanted { subject, class, retain_until: None };
    let ring = room.vault().ring_to_seal(room.tenant, &[wanted], room.now).await?;
    Ok(ring.seal(subject, class, field, content)?)
}

/// Refuses to do something new for a client who may not buy.
pub(super) fn must_be_active(table: &Table<'_, '_>, client: ClientId) -> Result<(), No> {
    match table.state::<Client>(client.uuid())? {
        Client::Active(_) => Ok(()),
        Client::Absent => Err(Refused::of(&ClientRefusal::Absent).into()),
        Client::Erased => Err(Refused::of(&ClientRefusal::Erased).into()),
        Client::Inactive(_) => Err(Refused::new(
            "client.inactive",
            crate::error::Kind::State,
            "the client is inactive, activate it first",
        )
        .into()),
        Client::Suspended(_) => Err(Refused::new(
            "client.suspended",
            crate::error::Kind::State,
            "the client is suspended, activate it first",
        )
        .into()),
    }
}
