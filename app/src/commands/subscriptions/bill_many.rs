//! The bills of many accounts, prepared together, as a billing run does (SUB-14).
//!
//! Guarantees: however many accounts, a fixed number of round trips: states in one question per
//! kind, rates of taxes once for all, keys in one to open and one to seal. What is prepared may be
//! a moment old; the decision notices it under the lock, and the account is then billed alone.
//! Absent on purpose: appending.

use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::kernel::{Money, TenantId};
use billfold_domain::subscription::Subscription;
use billfold_event_store::Loaded;

use super::bill::{AccountBilled, BillAccount, Known};
use super::billing::{Addressee, taxed_by_rates};
use crate::commands::invoices::{fiscal_key, seal_buyer};
use crate::commands::tax_rates::{AllRates, Customer, is_vat_number};
use crate::commands::{Door, Held, Plan};
use crate::error::{Error, Refused};
use crate::retention::Law;
use crate::settings::Settings;
use crate::vault::KeyRing;

/// A bill that is prepared.
pub(crate) struct Prepared {
    /// What decides and appends it.
    pub(crate) plan: Plan<AccountBilled>,
    /// What each document would come to, if that was asked; none if nothing is due.
    pub(crate) foreseen: Vec<Money>,
}

/// Prepares bills, one answer per ask in their order; `foresee` says whether to compute what each
/// would come to.
///
/// # Errors
/// The ledger does not answer. A rule that refuses one account is an answer, not an error.
pub(crate) async fn prepare(
    door: &Door,
    tenant: TenantId,
    asks: &[BillAccount],
    foresee: bool,
) -> Result<Vec<Result<Prepared, Refused>>, Error> {
    let settings = door.settings(tenant).await?;
    let now = settings.at(door.clock().now());
    let clients = asks.iter().map(|ask| ask.client_id.uuid()).collect();
    let ids = asks.iter().flat_map(|ask| &ask.subscriptions).map(|id| id.uuid()).collect();
    // what is foreseen is told as it stands; what is only laid out is decided anew under the lock
    let (clients, subscriptions) = if foresee {
        let clients = door.load_many::<Client>(tenant, clients).await?;
        (clients, door.load_many::<Subscription>(tenant, ids).await?)
    } else {
        let clients = door.recall_many::<Client>(tenant, clients).await?;
        (clients, door.recall_many::<Subscription>(tenant, ids).await?)
    };
    let keys = Keys::of(door, tenant, asks, &clients, &settings).await?;
    let contracts = subscriptions.iter().filter_map(|loaded| loaded.state.0.contract());
    let rates = if taxed_by_rates(contracts) {
        Some(AllRates::of(door, tenant, settings.country).await?)
    } else {
        None
    };
    let mut subscriptions = subscriptions.iter().map(|loaded| &loaded.state.0);
    let mut prepared = Vec::with_capacity(asks.len());
    for (ask, client) in asks.iter().zip(&clients) {
        let known = Known {
            tenant,
            settings: &settings,
            now,
            client: &client.state.0,
            subscriptions: subscriptions.by_ref().take(ask.subscriptions.len()).collect(),
        };
        let to = keys.addressee(ask, client);
        let one = to.and_then(|to| Ok(prepare_one(ask, &known, to, rates.as_ref(), foresee)?));
        prepared.push(match one {
            Ok(one) => Ok(one),
            Err(Error::Refused(no) | Error::NotFound(no)) => Err(no),
            Err(error) => return Err(error),
        });
    }
    Ok(prepared)
}

/// Prepares one bill, without waiting.
fn prepare_one(
    ask: &BillAccount,
    known: &Known<'_>,
    to: Addressee,
    rates: Option<&AllRates>,
    foresee: bool,
) -> Result<Prepared, Refused> {
    let profile = known.client.profile().ok_or_else(|| Refused::of(&ClientRefusal::Absent))?;
    let has_vat_number = is_vat_number(to.buyer.party.vat_id.as_deref());
    let who = Customer { client_id: ask.client_id, profile, has_vat_number };
    let rates = rates.filter(|_| known.taxed_by_rates());
    let foreseen =
        if foresee { ask.foresee(known, rates.map(|rates| (rates, who)))? } else { Vec::new() };
    let rates = rates.map(|rates| rates.of_client(&who, to.buyer.client_version));
    Ok(Prepared { plan: ask.lay_out(known, to, rates)?, foreseen })
}

/// The keys of many clients: those that open what is known of them, and those that seal documents.
struct Keys {
    contacts: KeyRing,
    documents: KeyRing,
    law: Law,
    issued_on: chrono::NaiveDate,
}

impl Keys {
    async fn of(
        door: &Door,
        tenant: TenantId,
        asks: &[BillAccount],
        clients: &[Loaded<Held<Client>>],
        settings: &Settings,
    ) -> Result<Self, Error> {
        let now = settings.at(door.clock().now());
        let issued_on = settings.day_of(now);
        let contact = |client: &Loaded<Held<Client>>| match &client.state.0 {
            Client::Active(profile) | Client::Suspended(profile) | Client::Inactive(profile) => {
                Some((profile.contact.subject(), profile.contact.class()))
            }
            Client::Absent | Client::Erased => None,
        };
        let held: Vec<_> = clients.iter().map(contact).collect();
        let alive = asks.iter().zip(&held).filter(|(_, held)| held.is_some());
        let law = door.retention().law(settings.country);
        let wanted: Vec<_> =
            alive.map(|(ask, _)| fiscal_key(&law, ask.client_id, issued_on)).collect();
        let vault = door.vault();
        let contacts = vault.ring_to_open(tenant, held.into_iter().flatten()).await?;
        let documents = vault.ring_to_seal(tenant, &wanted, now).await?;
        Ok(Self { contacts, documents, law, issued_on })
    }

    fn addressee(
        &self,
        ask: &BillAccount,
        client: &Loaded<Held<Client>>,
    ) -> Result<Addressee, Error> {
        let profile = match &client.state.0 {
            Client::Active(profile) | Client::Suspended(profile) | Client::Inactive(profile) => {
                profile
            }
            Client::Absent => return Err(Refused::of(&ClientRefusal::Absent).into()),
            Client::Erased => return Err(Refused::of(&ClientRefusal::Erased).into()),
        };
        let key = fiscal_key(&self.law, ask.client_id, self.issued_on);
        let client = (profile, client.version);
        let buyer = seal_buyer(client, key, &self.contacts, &self.documents)?;
        Ok(Addressee { client_id: ask.client_id, buyer })
    }
}
