//! Further contacts of a client: who gets the bills, who is called when a server is down.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use billfold_app::commands::clients::{RemoveClientContact, SetClientContact};
use billfold_app::vault::field;
use billfold_domain::client::{Client, ContactKind};
use billfold_domain::kernel::ClientId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Changed, Versioned};
use crate::auth::{ClientsRead, ClientsWrite, Within};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch, path_value};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::WireContact;

/// Lists the further contacts of a client.
#[utoipa::path(
    get, path = "/{id}/contacts", tag = "clients",
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = ClientContacts)),
)]
pub(super) async fn list_contacts(
    State(state): State<ApiState>,
    Within(caller, client_id, _): Within<ClientsRead, ClientId>,
) -> Result<Versioned<ClientContacts>, Problem> {
    let (client, version) = state.door().load::<Client>(caller.tenant, client_id.uuid()).await?;
    if client == Client::Absent {
        return Err(Problem::not_found());
    }
    let contacts = client.profile().map(|profile| profile.contacts.as_slice());
    let contacts = contacts.unwrap_or_default();
    let sealed: Vec<_> = contacts.iter().map(|contact| &contact.person).collect();
    let vault = state.door().vault();
    let opened = vault.open_all(caller.tenant, field::CLIENT_PERSON, &sealed).await;
    let opened = opened.map_err(billfold_app::Error::from)?.into_iter();
    let items = contacts.iter().zip(opened).filter_map(|(contact, person)| {
        Some(ClientContact {
            no: contact.no,
            kinds: contact.kinds.iter().copied().map(WireContactKind::from).collect(),
            person: person.clear()?.into(),
        })
    });
    Ok(Versioned { body: ClientContacts { items: items.collect(), version }, version })
}

/// Names a further contact of a client.
#[utoipa::path(
    post, path = "/{id}/contacts", tag = "clients", request_body = NewClientContact,
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 201, body = ContactNamed)),
)]
pub(super) async fn add_contact(
    State(state): State<ApiState>,
    Within(caller, client_id, _): Within<ClientsWrite, ClientId>,
    key: IdempotencyKey,
    Body(new): Body<NewClientContact>,
) -> Result<Answer<ContactNamed>, Problem> {
    let done = state.command(&caller, &key, new.read(client_id, None)?).await?;
    let changed = Changed::by(&done, client_id, client_id.uuid());
    let body = ContactNamed { no: done.answer.no, changed };
    let path = format!("/api/v1/clients/{client_id}/contacts/{}", body.no);
    Ok(Answer::of(&done, client_id.uuid(), body).made_at(path))
}

/// Says anew who a contact of a client is.
#[utoipa::path(
    put, path = "/{id}/contacts/{no}", tag = "clients", request_body = NewClientContact,
    params(
        ("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"),
        ("no" = u32, Path, minimum = 1, example = 1),
        IfMatchHeader,
    ),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn change_person(
    State(state): State<ApiState>,
    Within(caller, client_id, _): Within<ClientsWrite, ClientId>,
    Number(no): Number,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewClientContact>,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, new.read(client_id, Some(no))?).await?;
    Ok(Answer::plain(&done, client_id, client_id.uuid()))
}

/// Names a contact of a client no longer.
#[utoipa::path(
    delete, path = "/{id}/contacts/{no}", tag = "clients",
    params(
        ("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"),
        ("no" = u32, Path, minimum = 1, example = 1),
        IfMatchHeader,
    ),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn remove_contact(
    State(state): State<ApiState>,
    Within(caller, client_id, _): Within<ClientsWrite, ClientId>,
    Number(no): Number,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, RemoveClientContact { client_id, no }).await?;
    Ok(Answer::plain(&done, client_id, client_id.uuid()))
}

/// The number in a path; what is no number is not found.
pub(super) struct Number(pub(super) u32);

impl<S: Send + Sync> FromRequestParts<S> for Number {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        path_value(parts, state, "no").await.map(Self)
    }
}

/// What a contact is asked about.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ContactKind)]
enum WireContactKind {
    /// Invoices and payments.
    Billing,
    /// Servers and domains.
    Technical,
    /// Contracts, and who may do what.
    Administrative,
    /// Complaints about what the client's services do.
    Abuse,
}

impl From<WireContactKind> for ContactKind {
    fn from(kind: WireContactKind) -> Self {
        match kind {
            WireContactKind::Billing => Self::Billing,
            WireContactKind::Technical => Self::Technical,
            WireContactKind::Administrative => Self::Administrative,
            WireContactKind::Abuse => Self::Abuse,
        }
    }
}

impl From<ContactKind> for WireContactKind {
    fn from(kind: ContactKind) -> Self {
        match kind {
            ContactKind::Billing => Self::Billing,
            ContactKind::Technical => Self::Technical,
            ContactKind::Administrative => Self::Administrative,
            ContactKind::Abuse => Self::Abuse,
        }
    }
}

/// The further contacts of a client.
#[derive(Serialize, ToSchema)]
pub(super) struct ClientContacts {
    /// By number; 50 at most.
    items: Vec<ClientContact>,
    /// The client's version, as in `ETag`.
    version: i64,
}

/// A further contact of a client.
#[derive(Serialize, ToSchema)]
struct ClientContact {
    /// Counted per client from 1.
    no: u32,
    /// What the person is asked about.
    kinds: Vec<WireContactKind>,
    /// Who it is.
    person: WireContact,
}

/// Somebody to reach at a client.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewClientContact {
    /// What the person is asked about.
    #[schema(min_items = 1, max_items = 4)]
    kinds: Vec<WireContactKind>,
    /// Who it is; sealed before it is stored.
    person: WireContact,
}

impl NewClientContact {
    fn read(self, client_id: ClientId, no: Option<u32>) -> Result<SetClientContact, Problem> {
        let mut check = Check::default();
        if self.kinds.is_empty() {
            check.wrong("/kinds", "contact.no_kind", "must name at least one kind");
        }
        let person = self.person.read(&mut check, "/person");
        match person {
            Some(person) if !check.is_wrong() => {
                let kinds = self.kinds.into_iter().map(ContactKind::from).collect();
                Ok(SetClientContact { client_id, no, kinds, person })
            }
            _ => Err(check.problem()),
        }
    }
}

/// The contact is named.
#[derive(Serialize, ToSchema)]
pub(super) struct ContactNamed {
    /// Its number.
    no: u32,
    /// The client as it is now.
    #[serde(flatten)]
    changed: Changed,
}
