//! The buyer on a document: the client's contact of that day, sealed anew under the fiscal key.
//!
//! The fiscal key says until when the seller's law asks for it. Erasing a client keeps it until
//! then and no longer.

use billfold_domain::client::{Client, ClientRefusal, ContactCard, Profile};
use billfold_domain::einvoice::Party;
use billfold_domain::invoice;
use billfold_domain::kernel::{ClientId, Country, KeyClass, Pii};
use chrono::NaiveDate;

use crate::commands::Room;
use crate::commands::clients::subject_of;
use crate::error::{Error, Refused};
use crate::retention::{Law, Records};
use crate::vault::{KeyRing, Opened, Wanted, field};

/// The fiscal key for a document of a client, issued on a day by a seller under this law.
pub(crate) fn fiscal_key(law: &Law, client: ClientId, issue_date: NaiveDate) -> Wanted {
    let retain_until = law.keeps_until(Records::Documents, issue_date);
    Wanted { subject: subject_of(client), class: KeyClass::Fiscal, retain_until }
}

/// Who is billed, prepared while waiting is allowed.
#[derive(Clone)]
pub(in crate::commands) struct Buyer {
    /// As the document keeps it.
    pub(in crate::commands) sealed: Pii<ContactCard>,
    /// As the rules of documents see it; never stored or logged.
    pub(in crate::commands) party: Party,
    /// Events of the client's stream that it was read at.
    pub(in crate::commands) client_version: i64,
}

/// The buyer as of the present version of the client.
pub(in crate::commands) async fn sealed_buyer(
    room: &Room<'_>,
    client: ClientId,
    issue_date: NaiveDate,
) -> Result<Buyer, Error> {
    let known = room.load::<Client>(client.uuid()).await?;
    let profile = match &known.state.0 {
        Client::Active(profile) | Client::Suspended(profile) | Client::Inactive(profile) => profile,
        Client::Absent => return Err(Refused::of(&ClientRefusal::Absent).into()),
        Client::Erased => return Err(Refused::of(&ClientRefusal::Erased).into()),
    };
    let wanted = fiscal_key(&room.law().await?, client, issue_date);
    let contact = (profile.contact.subject(), profile.contact.class());
    let contacts = room.vault().ring_to_open(room.tenant, [contact]).await?;
    let documents = room.vault().ring_to_seal(room.tenant, &[wanted], room.now).await?;
    seal_buyer((profile, known.version), wanted, &contacts, &documents)
}

/// The buyer as of a version of the client: the contact, opened with a key of `contacts` and sealed
/// with one of `documents`.
pub(in crate::commands) fn seal_buyer(
    (profile, client_version): (&Profile, i64),
    wanted: Wanted,
    contacts: &KeyRing,
    documents: &KeyRing,
) -> Result<Buyer, Error> {
    let Opened::Clear(card) = contacts.open(&profile.contact, field::CLIENT_CONTACT)? else {
        return Err(Refused::of(&ClientRefusal::Erased).into());
    };
    let sealed = documents.seal(wanted.subject, wanted.class, field::INVOICE_BUYER, &card)?;
    let party = party(card, profile.country);
    Ok(Buyer { sealed, party, client_version })
}

/// The buyer of an issued document, as the rules of documents see it; nothing where it names none,
/// or where its key was destroyed.
pub(super) async fn party_on(
    room: &Room<'_>,
    document: &invoice::Document,
) -> Result<Option<Party>, Error> {
    let Some(sealed) = &document.buyer else { return Ok(None) };
    let opened = room.vault().open(room.tenant, field::INVOICE_BUYER, sealed).await?;
    let Opened::Clear(card) = opened else { return Ok(None) };
    let known = room.load::<Client>(document.client_id.uuid()).await?;
    let country = known.state.0.profile().and_then(|profile| profile.country);
    Ok(Some(party(card, country)))
}

fn party(card: ContactCard, country: Option<Country>) -> Party {
    Party {
        country: card.address.country.or(country),
        name: Some(card.company.unwrap_or(card.name)),
        vat_id: card.vat_id.filter(|number| number.starts_with(|c: char| c.is_ascii_alphabetic())),
        ..Party::default()
    }
}
