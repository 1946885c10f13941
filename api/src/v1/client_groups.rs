//! Groups of clients: who pays which prices (PRD-10).
//!
//! Guarantees: what was sold keeps its price, whatever a group becomes.

use axum::Json;
use axum::extract::State;
use billfold_app::commands::client_groups::{CreateGroup, SetGroupDiscount, SetGroupTier};
use billfold_domain::client_group::{ClientGroup, GroupPricing};
use billfold_domain::kernel::{ClientGroupId, Percent};
use billfold_projections::Projection;
use billfold_projections::client_group_list::{self, ClientGroupList, ClientGroupRow, MemberRow};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::{Answer, Changed, Versioned};
use crate::auth::{ClientsRead, May, ProductsRead, ProductsWrite};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch, ListOf};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::{Page, Paging};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_client_groups, create_client_group))
        .routes(routes!(read_client_group))
        .routes(routes!(set_group_discount))
        .routes(routes!(set_group_tier))
        .routes(routes!(list_group_members))
}

/// Lists groups by code.
#[utoipa::path(
    get, path = "", tag = "client groups", params(Paging),
    responses((status = 200, body = Page<WireGroup>)),
)]
async fn list_client_groups(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsRead>,
    ListOf(NoFilter {}, part): ListOf<NoFilter>,
) -> Result<Json<Page<WireGroup>>, Problem> {
    let wanted = part.wanted()?;
    state.reach(ClientGroupList::NAME, part.min_position).await?;
    let page = client_group_list::page(state.reads(), caller.tenant, &wanted).await?;
    Ok(Json(Page::of(page, WireGroup::from)))
}

/// Makes a group.
#[utoipa::path(
    post, path = "", tag = "client groups", request_body = NewGroup,
    responses((status = 201, body = Changed)),
)]
async fn create_client_group(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewGroup>,
) -> Result<Answer<Changed>, Problem> {
    let done = state.command(&caller, &key, new.read()?).await?;
    let id = done.answer.client_group_id;
    Ok(Answer::plain(&done, id, id.uuid()).made_at(format!("/api/v1/client-groups/{id}")))
}

/// Reads one group.
///
/// The answer is the present state, whatever the read side has reached.
#[utoipa::path(
    get, path = "/{id}", tag = "client groups",
    params(("id" = String, Path, example = "grp_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = WireGroup)),
)]
async fn read_client_group(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsRead>,
    Ident(id): Ident<ClientGroupId>,
) -> Result<Versioned<WireGroup>, Problem> {
    let (group, version) = state.door().load::<ClientGroup>(caller.tenant, id.uuid()).await?;
    let pricing = group.pricing().ok_or_else(Problem::not_found)?;
    Ok(Versioned { body: WireGroup::of(id, pricing), version })
}

/// Sets what members pay less from now on; what was sold keeps its price.
#[utoipa::path(
    put, path = "/{id}/discount", tag = "client groups", request_body = NewDiscount,
    params(("id" = String, Path, example = "grp_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn set_group_discount(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    Ident(client_group_id): Ident<ClientGroupId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewDiscount>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let discount = check.number("/discount", &new.discount, 16, str::parse::<Percent>);
    let discount = discount.ok_or_else(|| check.problem())?;
    let set = SetGroupDiscount { client_group_id, discount };
    let done = state.change(&caller, &key, seen, set).await?;
    Ok(Answer::plain(&done, client_group_id, client_group_id.uuid()))
}

/// Sets whose prices members pay from now on; what was sold keeps its price.
#[utoipa::path(
    put, path = "/{id}/tier", tag = "client groups", request_body = NewTier,
    params(("id" = String, Path, example = "grp_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn set_group_tier(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    Ident(client_group_id): Ident<ClientGroupId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewTier>,
) -> Result<Answer<Changed>, Problem> {
    let set = SetGroupTier { client_group_id, tier: new.tier };
    let done = state.change(&caller, &key, seen, set).await?;
    Ok(Answer::plain(&done, client_group_id, client_group_id.uuid()))
}

/// Lists the members of a group.
#[utoipa::path(
    get, path = "/{id}/members", tag = "client groups",
    params(("id" = String, Path, example = "grp_01kchkq7w7fc9r6a8b9c0d1e2f"), Paging),
    responses((status = 200, body = Page<WireMember>)),
)]
async fn list_group_members(
    State(state): State<ApiState>,
    May(caller, _): May<ClientsRead>,
    Ident(id): Ident<ClientGroupId>,
    ListOf(NoFilter {}, part): ListOf<NoFilter>,
) -> Result<Json<Page<WireMember>>, Problem> {
    let wanted = part.wanted()?;
    let (group, _) = state.door().load::<ClientGroup>(caller.tenant, id.uuid()).await?;
    group.pricing().ok_or_else(Problem::not_found)?;
    state.reach(ClientGroupList::NAME, part.min_position).await?;
    let page = client_group_list::members(state.reads(), caller.tenant, id, &wanted).await?;
    Ok(Json(Page::of(page, WireMember::from)))
}

/// Nothing but the page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoFilter {}

/// A group of clients.
#[derive(Serialize, ToSchema)]
#[schema(as = ClientGroup)]
struct WireGroup {
    /// Its id.
    #[schema(example = "grp_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Unique name for machines.
    #[schema(example = "resellers")]
    code: String,
    /// Name for people.
    #[schema(example = "Resellers")]
    name: String,
    /// What members pay less, in percent.
    #[schema(example = "12.5")]
    discount: String,
    /// Whose prices members pay; the list price if absent.
    #[schema(example = "wholesale")]
    tier: Option<String>,
    /// How many clients are in it.
    members: i64,
}

/// A client in a group.
#[derive(Serialize, ToSchema)]
#[schema(as = GroupMember)]
struct WireMember {
    /// Who.
    #[schema(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: String,
    /// Since when.
    since: DateTime<Utc>,
}

/// A group to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewGroup {
    /// Unique name for machines, for ever.
    #[schema(example = "resellers", pattern = "^[a-z0-9_-]{1,40}$", max_length = 40)]
    code: String,
    /// Name for people.
    #[schema(example = "Resellers", min_length = 1, max_length = 200)]
    name: String,
    /// What members pay less, in percent, at most 100; nothing if absent.
    #[schema(example = "12.5", max_length = 16)]
    discount: Option<String>,
    /// Whose prices members pay; the list price if absent.
    #[schema(example = "wholesale", pattern = "^[a-z0-9_-]{1,40}$", max_length = 40)]
    tier: Option<String>,
}

/// A discount.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GroupDiscount)]
struct NewDiscount {
    /// Percent, at most 100; zero ends it.
    #[schema(example = "12.5", max_length = 16)]
    discount: String,
}

/// A tier of prices.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GroupTier)]
struct NewTier {
    /// Its key; the list price if absent.
    #[schema(example = "wholesale", pattern = "^[a-z0-9_-]{1,40}$", max_length = 40)]
    tier: Option<String>,
}

impl NewGroup {
    fn read(self) -> Result<CreateGroup, Problem> {
        let mut check = Check::default();
        let code = check.text("/code", &self.code, 40);
        let name = check.text("/name", &self.name, 200);
        let discount = match self.discount.as_deref() {
            None => Some(None),
            Some(text) => check.number("/discount", text, 16, str::parse::<Percent>).map(Some),
        };
        match (code, name, discount) {
            (Some(code), Some(name), Some(discount)) => {
                let (client_group_id, tier) = (None, self.tier);
                Ok(CreateGroup { client_group_id, code, name, discount, tier })
            }
            _ => Err(check.problem()),
        }
    }
}

impl WireGroup {
    fn of(id: ClientGroupId, pricing: &GroupPricing) -> Self {
        Self {
            id: id.to_string(),
            code: pricing.code.clone(),
            name: pricing.name.clone(),
            discount: pricing.discount.to_string(),
            tier: pricing.tier.clone(),
            members: i64::try_from(pricing.members.len()).unwrap_or(i64::MAX),
        }
    }
}

impl From<ClientGroupRow> for WireGroup {
    fn from(row: ClientGroupRow) -> Self {
        Self {
            id: row.client_group_id.to_string(),
            code: row.code,
            name: row.name,
            discount: row.discount,
            tier: row.tier,
            members: row.members,
        }
    }
}

impl From<MemberRow> for WireMember {
    fn from(row: MemberRow) -> Self {
        Self { client_id: row.client_id.to_string(), since: row.since }
    }
}
