//! The rates that may count for a client, named while planning and read again under the lock.
//!
//! Guarantees that many clients cost as much as one: [`AllRates`] is read once for all of them.

use billfold_domain::client::{Client, ClientRefusal, ContactCard, Profile};
use billfold_domain::kernel::{ClientId, Country, TaxRateId, TenantId};
use billfold_domain::tax::{RateClass, TaxEvidence, member_state};
use billfold_domain::tax_rate::{AutomaticSale, DefinedRate, TaxRate, TaxRateEvent, tax_sale};
use billfold_event_store::Loaded;
use chrono::NaiveDate;

use crate::commands::{Door, Held, No, Room, Table, Touches};
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
            Client::Active(profile) | Client::Suspended(profile) | Client::Inactive(profile) => {
                profile
            }
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
        let rates = Self { client_id, client_version: known.version, kept, has_vat_number };
        Ok((rates.read_by(touches), rates))
    }

    /// Names the streams they are read from.
    pub(in crate::commands) fn read_by(&self, touches: Touches) -> Touches {
        let touches = touches.reads::<Client>(self.client_id.uuid());
        self.kept.iter().fold(touches, |touches, id| touches.reads::<TaxRate>(id.uuid()))
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
        let (client_id, has_vat_number) = (self.client_id, self.has_vat_number);
        let customer = Customer { client_id, profile, has_vat_number };
        let sale = customer.sale(table.settings()?.country, class, on);
        Ok(tax_sale(&rates, &sale).map_err(|no| Refused::of(&no))?)
    }
}

/// A client, as far as a tax depends on who buys.
#[derive(Clone, Copy, Debug)]
pub(in crate::commands) struct Customer<'a> {
    pub(in crate::commands) client_id: ClientId,
    pub(in crate::commands) profile: &'a Profile,
    pub(in crate::commands) has_vat_number: bool,
}

impl<'a> Customer<'a> {
    fn sale(&self, seller: Country, class: RateClass, on: NaiveDate) -> AutomaticSale<'a> {
        AutomaticSale {
            seller,
            client_id: self.client_id,
            customer: self.profile.country,
            facts: &self.profile.tax,
            has_vat_number: self.has_vat_number,
            class,
            on,
        }
    }
}

/// Every rate a seller keeps, perhaps a moment old: read in one go for any number of clients.
#[derive(Debug)]
pub(in crate::commands) struct AllRates {
    seller: Country,
    rates: Vec<(TaxRateId, Loaded<Held<TaxRate>>)>,
}

impl AllRates {
    /// Reads them.
    pub(in crate::commands) async fn of(
        door: &Door,
        tenant: TenantId,
        seller: Country,
    ) -> Result<Self, Error> {
        let ids = door.holders(tenant, TaxRateEvent::PLACE_SCOPE, "").await?;
        let loaded = door.load_many::<TaxRate>(tenant, ids.clone()).await?;
        let rates = ids.into_iter().map(TaxRateId::new).zip(loaded).collect();
        Ok(Self { seller, rates })
    }

    /// Those that may count for a client as of a version of it.
    pub(in crate::commands) fn of_client(&self, who: &Customer<'_>, client_version: i64) -> Rates {
        let kept = self.near(who).map(|(id, _)| id).collect();
        let Customer { client_id, has_vat_number, .. } = *who;
        Rates { client_id, client_version, kept, has_vat_number }
    }

    /// How a sale of a class to a client is taxed on a day.
    pub(in crate::commands) fn tax(
        &self,
        who: &Customer<'_>,
        class: RateClass,
        on: NaiveDate,
    ) -> Result<TaxEvidence, Refused> {
        let rates: Vec<_> = self.near(who).collect();
        tax_sale(&rates, &who.sale(self.seller, class, on)).map_err(|no| Refused::of(&no))
    }

    /// The rates of the seller's country and the client's.
    fn near(&self, who: &Customer<'_>) -> impl Iterator<Item = (TaxRateId, &DefinedRate)> {
        let countries = [Some(self.seller), who.profile.country];
        let defined =
            self.rates.iter().filter_map(|(id, rate)| Some((*id, rate.state.0.defined()?)));
        defined.filter(move |(_, rate)| countries.contains(&Some(rate.tax.country)))
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
    is_vat_number(card.vat_id.as_deref())
}

/// Whether a number is a VAT number of a member state of the Union, by its letters.
pub(in crate::commands) fn is_vat_number(number: Option<&str>) -> bool {
    let letters = number.and_then(|number| number.get(..2));
    letters.is_some_and(|letters| match letters {
        "EL" => true,
        letters => Country::parse(letters).is_ok_and(|country| member_state(country).is_some()),
    })
}
