//! Clients, what is kept about them, their groups and their taxes.

use billfold_app::commands::Ask;
use billfold_app::commands::client_groups::{
    AssignGroup, CreateGroup, SetGroupDiscount, SetGroupTier,
};
use billfold_app::commands::clients::{
    ActivateClient, AddClientNote, ChangeClientContact, DeactivateClient, EntrustClient,
    EraseClient, RegisterClient, RegisterClientOfReseller, RemoveClientContact, RemoveClientNote,
    SetClientBilling, SetClientContact, SetClientCustomFields, SetClientTaxFacts, SuspendClient,
    WithdrawClient,
};
use billfold_app::commands::data_subjects::{AskForExport, Person};
use billfold_app::commands::tax_rates::{
    DefineRate, EndExemption, ExemptClient, RetireRate, SetRate,
};
use billfold_domain::client::{BillingTerms, ContactKind, CustomValues, TaxFacts};
use billfold_domain::kernel::{ClientId, TaxRateId};
use billfold_domain::tax_rate::ExemptionEvidence;

use crate::row::{Asking, Row, aside, begun, id, part, through};
use crate::words::{because, card, june, new_rate};
use crate::world::{Seller, World};

pub(super) fn rows() -> Vec<Row> {
    [registering(), records(), groups(), taxes(), leaving()].into_iter().flatten().collect()
}

fn register(client_id: Option<ClientId>, name: &str) -> RegisterClient {
    RegisterClient { client_id, contact: card(name), country: None, currency: None, origin: None }
}

fn registering() -> Vec<Row> {
    vec![
        begun("client_id", |_, other| register(Some(other.client), "new")),
        id("reseller", |_, other| {
            let register = register(None, "of-reseller");
            RegisterClientOfReseller { register, reseller: other.staff }
        }),
        id("client_id", |own, other| EntrustClient {
            client_id: other.client,
            reseller: own.staff,
        }),
        id("reseller", |own, other| EntrustClient { client_id: own.client, reseller: other.staff }),
        id("client_id", |_, other| WithdrawClient { client_id: other.client }),
    ]
}

fn records() -> Vec<Row> {
    vec![
        id("client_id", |_, other| {
            let (client_id, contact) = (other.client, card("changed"));
            ChangeClientContact { client_id, contact, country: None }
        }),
        id("client_id", |_, other| {
            let (kinds, person) = (vec![ContactKind::Billing], card("further"));
            SetClientContact { client_id: other.client, no: None, kinds, person }
        }),
        id("client_id", |_, other| RemoveClientContact { client_id: other.client, no: 1 }),
        id("client_id", |_, other| AddClientNote {
            client_id: other.client,
            text: "a note".to_owned(),
        }),
        id("client_id", |_, other| RemoveClientNote { client_id: other.client, no: 1 }),
        id("client_id", |_, other| SetClientBilling {
            client_id: other.client,
            billing: BillingTerms::default(),
        }),
        id("client_id", |_, other| SetClientCustomFields {
            client_id: other.client,
            values: CustomValues::default(),
        }),
        id("client_id", |_, other| SetClientTaxFacts {
            client_id: other.client,
            tax: TaxFacts::default(),
        }),
        id("person.client", |_, other| AskForExport {
            person: Person::Client(other.client),
            reason: because(),
        }),
        id("person.staff", |_, other| AskForExport {
            person: Person::Staff(other.staff),
            reason: because(),
        }),
        through("set_avatar", "person.client", |world, seller, key, _, other| {
            no_avatar(world, seller, key, Person::Client(other.client))
        }),
        through("set_avatar", "person.staff", |world, seller, key, _, other| {
            no_avatar(world, seller, key, Person::Staff(other.staff))
        }),
        aside("end_retention", "the key expiry asks about keys that it reads of the same seller"),
    ]
}

fn no_avatar(world: &World, seller: &Seller, key: String, person: Person) -> Asking {
    let pictures = world.pictures.clone();
    let ask = Ask::new(seller.tenant, world.actor.clone(), key, person);
    Box::pin(async move { pictures.remove_avatar(ask, None).await.map(drop) })
}

fn groups() -> Vec<Row> {
    vec![
        begun("client_group_id", |_, other| CreateGroup {
            client_group_id: Some(other.group),
            code: "new".to_owned(),
            name: "New".to_owned(),
            discount: None,
            tier: None,
        }),
        id("client_id", |own, other| AssignGroup {
            client_id: other.client,
            client_group_id: Some(own.group),
        }),
        id("client_group_id", |own, other| AssignGroup {
            client_id: own.client,
            client_group_id: Some(other.group),
        }),
        id("client_group_id", |_, other| {
            let discount = "5".parse().unwrap();
            SetGroupDiscount { client_group_id: other.group, discount }
        }),
        id("client_group_id", |_, other| SetGroupTier { client_group_id: other.group, tier: None }),
    ]
}

fn exempt(tax_rate_id: TaxRateId, client_id: ClientId) -> ExemptClient {
    ExemptClient {
        tax_rate_id,
        client_id,
        valid_from: None,
        valid_to: None,
        evidence: ExemptionEvidence { reference: "a certificate".to_owned() },
        reason: None,
    }
}

fn taxes() -> Vec<Row> {
    vec![
        begun("tax_rate_id", |_, other| DefineRate {
            tax_rate_id: Some(other.rate),
            define: new_rate("WA"),
        }),
        id("tax_rate_id", |own, other| exempt(other.rate, own.client)),
        id("client_id", |own, other| exempt(own.rate, other.client)),
        id("tax_rate_id", |own, other| EndExemption {
            tax_rate_id: other.rate,
            client_id: own.client,
            from: None,
        }),
        part("client_id", |own, other| EndExemption {
            tax_rate_id: own.rate,
            client_id: other.client,
            from: None,
        })
        .or_of_another_client(),
        id("tax_rate_id", |_, other| {
            let (rate, valid_from) = ("9".parse().unwrap(), june());
            SetRate { tax_rate_id: other.rate, rate, valid_from, valid_to: None }
        }),
        id("tax_rate_id", |_, other| RetireRate { tax_rate_id: other.rate, from: None }),
    ]
}

fn leaving() -> Vec<Row> {
    vec![
        id("client_id", |_, other| DeactivateClient { client_id: other.client, reason: because() }),
        id("client_id", |_, other| SuspendClient { client_id: other.client, reason: because() }),
        id("client_id", |_, other| ActivateClient { client_id: other.client }),
        // Nobody is erased with own ids before all else was asked of them: see `seller`.
    ]
}

/// Last of all: an erased client has nothing left that could be asked for.
pub(super) fn erasing() -> Row {
    id("client_id", |_, other| EraseClient { client_id: other.client, reason: because() })
}
