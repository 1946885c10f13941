//! The rates that may count for a client, named while planning and read again under the lock.

use billfold_domain::client::{Client, ClientRefusal, ContactCard};
use billfold_domain::kernel::{ClientId, Country, TaxRateId};
use billfold_domain::tax::{RateClass, TaxEvidence, member_state};
use billfold_domain::tax_rate::{AutomaticSale, DefinedRate, TaxRate, TaxRateEvent, tax_sale};
use chrono::NaiveDate;

use crate::commands::{No, Room, Table, Touches};
use crate::error::{Error, Refused};
use crate::vault::{Opened, field};

/// The rates of the seller's and the client's country, and what the client's number says.
#[derive(Clone, Debug)]
pub(in crate::commands) struct Rates {
    client_id: ClientId,
    /// Events of the client's stream that the number was read at.
    client_version: i64,
    kept: Vec<TaxRateId>,
    has_vat_number: bool,
}

impl Rates {
    /// Finds them for a client.
    pub(in crate::commands) async fn of(
        room: &Room<'_>,
        touches: Touches,
        client_id: ClientId,
    ) -> Result<(Touches, Self), Error> {
        let known = room.load::<Client>(client_id.uuid()).await?;
        let profile = match &known.state.0 {
            Client::Active(profile) | Client::Suspended(profile) => profile,
            Client::Absent => return Err(Refused::of(&ClientRefusal::Absent).into()),
            Client::Erased => return Err(Refused::of(&ClientRefusal::Erased).into()),
        };
        let opened = room.vault().open(room.tenant, field::CLIENT_CONTACT, &profile.contact);
        let Opened::Clear(card) = opened.await? else {
            return Err(Refused::of(&ClientRefusal::Erased).into());
        };
        let home = room.settings().await?.country;
        let kept = kept(room, home, profile.country).await?;
        let has_vat_number = has_vat_number(&card);
        let touches = touches.reads::<Client>(client_id.uuid());
        let touches = kept.iter().fold(touches, |touches, id| touches.reads::<TaxRate>(id.uuid()));
        Ok((touches, Self { client_id, client_version: known.version, kept, has_vat_number }))
    }

    /// How a sale of a class is taxed on a day, by the rates as they are now.
    pub(in crate::commands) fn tax(
        &self,
        table: &Table<'_, '_>,
        class: RateClass,
        on: NaiveDate,
    ) -> Result<TaxEvidence, No> {
        table.unmoved::<Client>(self.client_id.uuid(), self.client_version)?;
        let profile = table.state::<Client>(self.client_id.uuid())?.profile();
        let profile = profile.ok_or_else(|| Refused::of(&ClientRefusal::Erased))?;
        let mut rates: Vec<(TaxRateId, &DefinedRate)> = Vec::with_capacity(self.kept.len());
        for id in &self.kept {
            if let Some(known) = table.state::<TaxRate>(id.uuid())?.defined() {
                rates.push((*id, known));
            }
        }
        let sale = AutomaticSale {
            seller: table.settings()?.country,
            client_id: self.client_id,
            customer: profile.country,
            facts: &profile.tax,
            has_vat_number: self.has_vat_number,
            class,
            on,
        };
        Ok(tax_sale(&rates, &sale).map_err(|no| Refused::of(&no))?)
    }
}

/// The streams of the rates of the seller's country and the client's.
async fn kept(
    room: &Room<'_>,
    home: Country,
    customer: Option<Country>,
) -> Result<Vec<TaxRateId>, Error> {
    let mut kept = Vec::new();
    for country in std::iter::once(home).chain(customer.filter(|country| *country != home)) {
        let beginning = format!("{country}/");
        let found = room.holders(TaxRateEvent::PLACE_SCOPE, &beginning).await?;
        kept.extend(found.into_iter().map(TaxRateId::new));
    }
    Ok(kept)
}

/// Whether a contact gave the VAT number of a member state of the Union.
pub(super) fn has_vat_number(card: &ContactCard) -> bool {
    let letters = card.vat_id.as_deref().and_then(|number| number.get(..2));
    letters.is_some_and(|letters| match letters {
        "EL" => true,
        letters => Country::parse(letters).is_ok_and(|country| member_state(country).is_some()),
    })
}
