//! Reads of clients.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use billfold_app::access::holds;
use billfold_app::client_search::{self, SearchError};
use billfold_app::vault::{Opened, field};
use billfold_domain::client::{Client, ContactCard};
use billfold_domain::kernel::{Actor, ClientId, Country, Currency, Pii, StaffId, TenantId};
use billfold_projections::audit_log;
use billfold_projections::client_list::{self, ClientList, ClientRow, ClientStatus, Known};
use billfold_projections::{Answer as ReadAnswer, AsOf, Order, Projection, Scope, paging};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::retained::RetainedRecords;
use crate::answer::Versioned;
use crate::auth::{ClientsRead, Scoped, Within, refused};
use crate::problem::Problem;
use crate::receive::{Check, Filter, ListOf};
use crate::state::ApiState;
use crate::v1::parameters::{as_of, position_of};
use crate::wire::{Page, Paging, WireContact, sort};

/// Lists clients.
#[utoipa::path(
    get, path = "", tag = "clients", params(ListClients, Paging),
    responses((status = 200, body = Page<WireClient>)),
)]
pub(super) async fn list_clients(
    State(state): State<ApiState>,
    Scoped(caller, scope, _): Scoped<ClientsRead>,
    ListOf(query, part): ListOf<ListClients>,
) -> Result<Json<Page<WireClient>>, Problem> {
    let wanted = part.wanted()?;
    let (filter, order) = query.read(scope)?;
    state.reach_within(scope, ClientList::NAME, part.min_position).await?;
    let tenant = caller.tenant;
    let page = match (&query.email, &query.q) {
        (Some(email), _) => by_email(&state, tenant, scope, email, &wanted).await?,
        (None, Some(q)) => {
            let (vault, reads) = (state.door().vault(), state.reads());
            let found = client_search::search((vault, reads), tenant, q, &filter, &wanted).await;
            found.map_err(|error| match error {
                SearchError::Read(error) => Problem::from(error),
                SearchError::Vault(error) => billfold_app::Error::from(error).into(),
            })?
        }
        (None, None) => client_list::page(state.reads(), tenant, &filter, order, &wanted).await?,
    };
    let contacts = open_contacts(&state, tenant, &page.value.rows).await?;
    let mut contacts = contacts.into_iter();
    Ok(Json(Page::of(page, |row| WireClient::of(row, contacts.next().flatten()))))
}

/// Reads one client.
///
/// Without `as_of` the answer is the newest state, whatever the read side has reached. The contact
/// details of an erased client are gone in the past too.
#[utoipa::path(
    get, path = "/{id}", tag = "clients",
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), When),
    responses((status = 200, body = ClientDetail)),
)]
pub(super) async fn read_client(
    State(state): State<ApiState>,
    Within(caller, id, _): Within<ClientsRead, ClientId>,
    Filter(query): Filter<When>,
) -> Result<Response, Problem> {
    let past = as_of(query.as_of.as_deref())?;
    let tenant = caller.tenant;
    if past == AsOf::Now {
        let (client, version) = state.door().load::<Client>(tenant, id.uuid()).await?;
        let body = ClientDetail::of(&state, tenant, id, client, version).await?;
        return Ok(Versioned { body, version }.into_response());
    }
    let position = position_of(&state, tenant, ClientList::NAME, past).await?;
    let (client, version) = state.door().load_as_of::<Client>(tenant, id.uuid(), position).await?;
    let mut body = ClientDetail::of(&state, tenant, id, client, version).await?;
    body.as_of_position = Some(position);
    Ok(Json(body).into_response())
}

async fn by_email(
    state: &ApiState,
    tenant: TenantId,
    scope: Scope,
    email: &str,
    wanted: &paging::Wanted,
) -> Result<ReadAnswer<paging::Page<ClientRow>>, Problem> {
    let index = state.door().vault().email_index(tenant, email, state.now()).await;
    let known = Known::Email(index.map_err(billfold_app::Error::from)?);
    let found = client_list::find(state.reads(), tenant, &known).await?;
    let mut rows = Vec::new();
    if let Some(row) = found.value
        && holds(state.door(), tenant, scope, row.client_id).await?
    {
        rows.push(row);
    }
    Ok(ReadAnswer { as_of_position: found.as_of_position, value: wanted.whole(rows) })
}

/// Not found, unless the seller has this client.
pub(super) async fn must_exist(
    state: &ApiState,
    tenant: TenantId,
    id: ClientId,
) -> Result<(), Problem> {
    match state.door().load::<Client>(tenant, id.uuid()).await? {
        (Client::Absent, _) => Err(Problem::not_found()),
        _ => Ok(()),
    }
}

/// The contacts of a page, in its order, with one look-up of keys.
pub(super) async fn open_contacts(
    state: &ApiState,
    tenant: TenantId,
    rows: &[ClientRow],
) -> Result<Vec<Option<WireContact>>, Problem> {
    let sealed: Vec<&Pii<ContactCard>> =
        rows.iter().filter_map(|row| row.contact.as_ref().map(|contact| &contact.0)).collect();
    let mut opened = open_all(state, tenant, &sealed).await?.into_iter();
    Ok(rows.iter().map(|row| row.contact.as_ref().and_then(|_| opened.next()?)).collect())
}

async fn open_all(
    state: &ApiState,
    tenant: TenantId,
    sealed: &[&Pii<ContactCard>],
) -> Result<Vec<Option<WireContact>>, Problem> {
    let vault = state.door().vault();
    let opened = vault.open_all(tenant, field::CLIENT_CONTACT, sealed).await;
    let opened = opened.map_err(billfold_app::Error::from)?;
    let clear = |opened| match opened {
        Opened::Clear(card) => Some(WireContact::from(card)),
        _ => None,
    };
    Ok(opened.into_iter().map(clear).collect())
}

/// Which clients are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListClients {
    /// How the client stands.
    #[param(inline)]
    status: Option<WireClientStatus>,
    /// Where the client is; ISO 3166.
    #[param(example = "GB", pattern = "^[A-Z]{2}$")]
    country: Option<String>,
    /// What the client is billed in; ISO 4217.
    #[param(example = "EUR", pattern = "^[A-Z]{3}$")]
    currency: Option<String>,
    /// The member of staff who looks after the client as a reseller.
    #[param(example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f")]
    reseller_id: Option<String>,
    /// The client with exactly this e-mail address; other filters are not looked at then.
    #[param(example = "ada@example.org", min_length = 1, max_length = 254)]
    email: Option<String>,
    /// Every word of it stands in the client's name, company, mail address or city. Names lie
    /// sealed: an answer looks through the newest 5,000 clients at most, and `next_cursor` leads
    /// on; `sort` is not looked at then.
    #[param(example = "lovelace", min_length = 1, max_length = 100)]
    q: Option<String>,
    /// Order of the list; `-` in front means latest first.
    #[param(inline)]
    sort: Option<ClientSort>,
}

sort!(ClientSort, "registered_at", "-registered_at");

impl ListClients {
    fn read(&self, scope: Scope) -> Result<(client_list::Filter, Order), Problem> {
        let mut check = Check::query();
        let country = check.optional("/country", self.country.as_deref(), Country::parse);
        let currency = check.optional("/currency", self.currency.as_deref(), Currency::parse);
        let reseller = self.reseller_id.as_deref();
        let reseller = reseller.and_then(|id| check.id::<StaffId>("/reseller_id", id));
        if let Some(email) = &self.email {
            check.text("/email", email, 254);
        }
        if let Some(q) = &self.q {
            check.text("/q", q, 100);
        }
        check.finish()?;
        let order = ClientSort::order(self.sort);
        let status = self.status.map(ClientStatus::from);
        Ok((
            client_list::Filter {
                scope,
                status,
                country: country.flatten(),
                currency: currency.flatten(),
                reseller,
                among: None,
            },
            order,
        ))
    }
}

/// When the client is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct When {
    /// As known at this log position or instant; now if absent.
    #[param(example = "2026-03-01T12:00:00Z")]
    as_of: Option<String>,
}

/// How a client stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ClientStatus)]
pub(super) enum WireClientStatus {
    /// May buy.
    Active,
    /// Nothing new is sold.
    Suspended,
    /// Left: nothing new is sold, and they do not sign in.
    Inactive,
    /// The contact details were destroyed.
    Erased,
}

impl From<WireClientStatus> for ClientStatus {
    fn from(status: WireClientStatus) -> Self {
        match status {
            WireClientStatus::Active => Self::Active,
            WireClientStatus::Suspended => Self::Suspended,
            WireClientStatus::Inactive => Self::Inactive,
            WireClientStatus::Erased => Self::Erased,
        }
    }
}

impl From<ClientStatus> for WireClientStatus {
    fn from(status: ClientStatus) -> Self {
        match status {
            ClientStatus::Active => Self::Active,
            ClientStatus::Suspended => Self::Suspended,
            ClientStatus::Inactive => Self::Inactive,
            ClientStatus::Erased => Self::Erased,
        }
    }
}

/// A client in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = Client)]
pub(super) struct WireClient {
    /// Its id.
    #[schema(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// How it stands.
    status: WireClientStatus,
    /// Who it is; null once erased.
    contact: Option<WireContact>,
    /// Where it is.
    country: Option<String>,
    /// What it is billed in.
    currency: String,
    /// When the log first heard of it.
    registered_at: DateTime<Utc>,
    /// When the log last heard of it.
    changed_at: DateTime<Utc>,
}

impl WireClient {
    fn of(row: ClientRow, contact: Option<WireContact>) -> Self {
        Self {
            id: row.client_id.to_string(),
            status: row.status.into(),
            contact,
            country: row.country.map(|country| country.code().to_owned()),
            currency: row.currency.code().to_owned(),
            registered_at: row.registered_at,
            changed_at: row.changed_at,
        }
    }
}

/// One client.
#[derive(Serialize, ToSchema)]
pub(super) struct ClientDetail {
    /// Its id.
    #[schema(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// How it stands.
    status: WireClientStatus,
    /// Who it is; null once erased.
    contact: Option<WireContact>,
    /// Where it is; null if unknown or erased.
    country: Option<String>,
    /// What it is billed in; null once erased.
    currency: Option<String>,
    /// Which reseller looks after it; null if none does.
    #[schema(example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f")]
    reseller_id: Option<String>,
    /// Where it was imported from.
    origin: Option<WireOrigin>,
    /// When the log first heard of it; null if the read side has not heard of it yet.
    registered_at: Option<DateTime<Utc>>,
    /// When it last signed in; null if it never did.
    last_sign_in_at: Option<DateTime<Utc>>,
    /// Since when its mail address is proved to reach it; null if it is not.
    email_verified_at: Option<DateTime<Utc>>,
    /// What the law asks to keep about it, also once erased; null if nothing.
    retained: Option<RetainedRecords>,
    /// Its version, as in `ETag`.
    version: i64,
    /// The log position of a past answer; null for the present.
    as_of_position: Option<i64>,
}

impl ClientDetail {
    async fn of(
        state: &ApiState,
        tenant: TenantId,
        id: ClientId,
        client: Client,
        version: i64,
    ) -> Result<Self, Problem> {
        let (status, profile) = match client {
            Client::Absent => return Err(Problem::not_found()),
            Client::Active(profile) => (WireClientStatus::Active, Some(profile)),
            Client::Suspended(profile) => (WireClientStatus::Suspended, Some(profile)),
            Client::Inactive(profile) => (WireClientStatus::Inactive, Some(profile)),
            Client::Erased => (WireClientStatus::Erased, None),
        };
        let contact = match &profile {
            Some(profile) => open_all(state, tenant, &[&profile.contact]).await?.pop(),
            None => None,
        };
        let times = times(state, tenant, id).await?;
        let proved = state.access().client_address_proved_since(tenant, id).await;
        let country = profile.as_ref().and_then(|profile| profile.country);
        let currency = profile.as_ref().map(|profile| profile.currency);
        let reseller = profile.as_ref().and_then(|profile| profile.reseller);
        let origin = profile.and_then(|profile| profile.origin);
        Ok(Self {
            id: id.to_string(),
            status,
            contact: contact.flatten(),
            country: country.map(|country| country.code().to_owned()),
            currency: currency.map(|currency| currency.code().to_owned()),
            reseller_id: reseller.map(|reseller| reseller.to_string()),
            origin: origin.map(|origin| WireOrigin { source: origin.source, id: origin.id }),
            registered_at: times.0,
            last_sign_in_at: times.1,
            email_verified_at: proved.map_err(refused)?,
            retained: RetainedRecords::of(state, tenant, id).await?,
            version,
            as_of_position: None,
        })
    }
}

/// When a client was registered, and when it last signed in.
async fn times(
    state: &ApiState,
    tenant: TenantId,
    id: ClientId,
) -> Result<(Option<DateTime<Utc>>, Option<DateTime<Utc>>), Problem> {
    let known = client_list::find(state.reads(), tenant, &Known::Id(id)).await?.value;
    let signed_in = audit_log::last_sign_in(state.reads(), tenant, &Actor::Client(id)).await?;
    Ok((known.map(|row| row.registered_at), signed_in))
}

/// Where something was imported from.
#[derive(Serialize, ToSchema)]
#[schema(as = Origin)]
pub(super) struct WireOrigin {
    /// The other system.
    source: String,
    /// Its id there.
    id: String,
}
