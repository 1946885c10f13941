//! What clients see and change of their own account (PRT-12, API-143).
//!
//! Guarantees: no id is asked for, so none can be guessed; documents, payments, orders and
//! subscriptions are read at the routes of staff, which answer within the client's own scope.
//! Absent on purpose: what the seller keeps about a client: notes, fields of its own, the reseller.

use axum::Json;
use axum::extract::State;
use billfold_app::commands::clients::ChangeClientContact;
use billfold_app::vault::field;
use billfold_domain::client::{Client, Profile};
use billfold_domain::kernel::TenantId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::{Answer, Changed, Versioned};
use crate::auth::OneClient;
use crate::problem::{Kind, Problem};
use crate::receive::{Body, Check, Filter, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::clients::{ClientBalance, balance_of};
use crate::v1::parameters::{Fresh, IfMatchHeader};
use crate::wire::WireContact;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read_profile, change_profile))
        .routes(routes!(read_own_balance))
}

/// Reads your own account as a client.
#[utoipa::path(
    get, path = "/profile", tag = "portal",
    security(("client_session" = []), ("access_token" = [])),
    responses((status = 200, body = OwnProfile)),
)]
async fn read_profile(
    State(state): State<ApiState>,
    OneClient(caller, id): OneClient,
) -> Result<Versioned<OwnProfile>, Problem> {
    let (client, version) = state.door().load::<Client>(caller.tenant, id.uuid()).await?;
    let profile = client.profile().ok_or_else(Problem::not_found)?;
    let seller = state.door().settings(caller.tenant).await?;
    let vault = state.door().vault();
    let card = vault.open(caller.tenant, field::CLIENT_CONTACT, &profile.contact).await;
    let card = card.map_err(billfold_app::Error::from)?.clear();
    let body = OwnProfile {
        id: id.to_string(),
        seller: seller.name.clone(),
        contact: card.map(WireContact::from),
        country: profile.country.map(|country| country.code().to_owned()),
        currency: profile.currency.code().to_owned(),
        version,
    };
    Ok(Versioned { body, version })
}

/// Replaces your own contact details as a client.
///
/// The country that decides taxes and the tax number stay as they are: the seller changes those. A
/// new mail address is the one to sign in with next.
#[utoipa::path(
    put, path = "/profile", tag = "portal", request_body = NewProfile, params(IfMatchHeader),
    security(("client_session" = []), ("access_token" = [])),
    responses((status = 200, body = Changed)),
)]
async fn change_profile(
    State(state): State<ApiState>,
    OneClient(caller, client_id): OneClient,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewProfile>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let contact = new.contact.read(&mut check, "/contact");
    let mut contact = contact.ok_or_else(|| check.problem())?;
    let (client, _) = state.door().load::<Client>(caller.tenant, client_id.uuid()).await?;
    let profile = client.profile().ok_or_else(Problem::not_found)?;
    contact.vat_id = vat_id_of(&state, caller.tenant, profile).await?;
    if contact.email.is_none() {
        let detail = "keep a mail address: it is the one you sign in with";
        return Err(Problem::new(Kind::Rule, "client.no_address", detail));
    }
    let country = profile.country;
    let change = ChangeClientContact { client_id, contact, country };
    let done = state.change(&caller, &key, seen, change).await?;
    Ok(Answer::plain(&done, client_id, client_id.uuid()))
}

/// Reads what you owe and have as a client, per currency.
#[utoipa::path(
    get, path = "/balance", tag = "portal", params(Fresh),
    security(("client_session" = []), ("access_token" = [])),
    responses((status = 200, body = ClientBalance)),
)]
async fn read_own_balance(
    State(state): State<ApiState>,
    OneClient(caller, id): OneClient,
    Filter(query): Filter<Fresh>,
) -> Result<Json<ClientBalance>, Problem> {
    balance_of(&state, caller.tenant, id, query.min_position).await.map(Json)
}

async fn vat_id_of(
    state: &ApiState,
    tenant: TenantId,
    profile: &Profile,
) -> Result<Option<String>, Problem> {
    let vault = state.door().vault();
    let card = vault.open(tenant, field::CLIENT_CONTACT, &profile.contact).await;
    Ok(card.map_err(billfold_app::Error::from)?.clear().and_then(|card| card.vat_id))
}

/// The account of a client as the client sees it.
#[derive(Serialize, ToSchema)]
struct OwnProfile {
    /// Its id.
    #[schema(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// The name of the seller.
    #[schema(example = "Seller GmbH")]
    seller: String,
    /// Who it is.
    contact: Option<WireContact>,
    /// Decides taxes.
    #[schema(example = "GB")]
    country: Option<String>,
    /// What it is billed in.
    #[schema(example = "EUR")]
    currency: String,
    /// Its version, as in `ETag`.
    version: i64,
}

/// Contact details that replace the present ones.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewProfile {
    /// All details; what is absent is removed, but for the tax number.
    contact: WireContact,
}
