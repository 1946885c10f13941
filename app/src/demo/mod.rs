//! A small hosting seller for demonstrations: products, twenty clients, invoices in every state,
//! made through the public commands alone.
//!
//! Guarantees: ids and keys follow from numbers, never from names of people (a key stays in the log
//! for ever), so that a second run adds nothing; all days are counted from the day of the first
//! run, also when a later day finishes what it began.
//! Absent on purpose: anything that a user of the program could not do too.

mod bills;
mod catalogue;
mod people;

use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::{
    Actor, ClientId, Country, Currency, Invalid, InvoiceId, Money, OrderId, ProductId, TenantId,
};
use chrono::{Days, NaiveDate};
use uuid::Uuid;

use crate::commands::tenants::{AppointOperator, OpenTenant};
use crate::commands::{Ask, Done, Door, UseCase};
use crate::error::Error;
use bills::BILLS;

/// Namespace of the demonstration's identities; never changed.
const NAMESPACE: Uuid = Uuid::from_u128(0x8a77_13f0_2b4c_5d10_b0e6_44f1_9c02_77de);

/// What the demonstration holds after a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The seller.
    pub tenant: TenantId,
    /// Clients.
    pub clients: usize,
    /// Products.
    pub products: usize,
    /// Invoices, drafts included.
    pub invoices: usize,
    /// Events this run appended; 0 for a second run.
    pub events: u64,
    /// The log position of the last event of this run.
    pub last_position: Option<i64>,
}

/// The seller of the demonstration.
#[must_use]
pub fn tenant() -> TenantId {
    TenantId::derive(NAMESPACE, "northwind")
}

/// The client who is let into the portal, and the address to sign in with.
#[must_use]
pub fn portal_client() -> (ClientId, &'static str) {
    (client_of(tenant(), 1), people::PEOPLE[0].email)
}

fn client_of(tenant: TenantId, no: usize) -> ClientId {
    ClientId::derive(tenant.uuid(), &format!("client/{no}"))
}

/// Makes the demonstration, or what is missing of it.
///
/// # Errors
/// A command was refused, or the ledger does not answer; a repeat goes on from there.
pub async fn run(door: &Door) -> Result<Summary, Error> {
    let mut stage = Stage {
        door,
        tenant: tenant(),
        actor: Actor::system("demo").map_err(Error::bug)?,
        eur: Currency::parse("EUR").map_err(Error::bug)?,
        today: NaiveDate::MIN,
        events: 0,
        last_position: None,
    };
    stage.ask("tenant", books().map_err(Error::bug)?).await?;
    stage.ask("operator", AppointOperator).await?;
    stage.today = stage.first_day().await?;
    catalogue::stock(&mut stage).await?;
    people::register(&mut stage).await?;
    bills::write(&mut stage).await?;
    people::part(&mut stage).await?;
    Ok(Summary {
        tenant: stage.tenant,
        clients: people::PEOPLE.len(),
        products: catalogue::PRODUCTS.len(),
        invoices: BILLS.len(),
        events: stage.events,
        last_position: stage.last_position,
    })
}

fn books() -> Result<OpenTenant, Invalid> {
    Ok(OpenTenant {
        name: "Northwind Hosting GmbH".to_owned(),
        country: Country::parse("DE")?,
        currency: Currency::parse("EUR")?,
        time_zone: "Europe/Berlin".to_owned(),
        invoice_numbers: None,
        credit_note_numbers: None,
        payment_term_days: Some(14),
        vat_id: Some("DE123456789".to_owned()),
        test_clock: None,
    })
}

/// Where the demonstration plays.
struct Stage<'a> {
    door: &'a Door,
    tenant: TenantId,
    actor: Actor,
    eur: Currency,
    /// The day of the first run.
    today: NaiveDate,
    events: u64,
    last_position: Option<i64>,
}

impl Stage<'_> {
    /// Asks under a key that follows from a name.
    async fn ask<U: UseCase>(&mut self, name: &str, command: U) -> Result<Done<U::Answer>, Error> {
        let key = format!("demo/{}/{name}", U::NAME);
        let done =
            self.door.execute(Ask::new(self.tenant, self.actor.clone(), key, command)).await?;
        if !done.replayed {
            self.events += done.events();
        }
        self.last_position = self.last_position.max(done.position);
        Ok(done)
    }

    /// The day of the first run: what its oldest bill says, or today when there is none yet.
    async fn first_day(&self) -> Result<NaiveDate, Error> {
        if let Some(oldest) = BILLS.first() {
            let id = self.invoice(1).uuid();
            let (invoice, _) = self.door.load::<Invoice>(self.tenant, id).await?;
            let day = invoice.document().and_then(|document| {
                document.issue_date.checked_add_days(Days::new(oldest.days_ago))
            });
            if let Some(day) = day {
                return Ok(day);
            }
        }
        let settings = self.door.settings(self.tenant).await?;
        Ok(settings.day_of(settings.at(self.door.clock().now())))
    }

    fn days_ago(&self, days: u64) -> Result<NaiveDate, Error> {
        self.today.checked_sub_days(Days::new(days)).ok_or_else(|| Error::bug("no such day"))
    }

    fn eur(&self, minor: i64) -> Result<Money, Error> {
        Money::try_new(minor, self.eur).map_err(Error::bug)
    }

    fn client(&self, no: usize) -> ClientId {
        client_of(self.tenant, no)
    }

    fn product(&self, code: &str) -> ProductId {
        ProductId::derive(self.tenant.uuid(), &format!("product/{code}"))
    }

    fn order(&self, name: &str) -> OrderId {
        OrderId::derive(self.tenant.uuid(), &format!("order/{name}"))
    }

    fn invoice(&self, no: usize) -> InvoiceId {
        InvoiceId::derive(self.tenant.uuid(), &format!("invoice/{no}"))
    }
}
