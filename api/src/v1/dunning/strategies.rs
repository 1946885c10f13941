//! Strategies: what is said, and for whom it holds.

use axum::Json;
use axum::extract::State;
use billfold_app::commands::dunning::{
    ChooseStrategy, DefineStrategy, RetireStrategy, ReviseStrategy, WithdrawStrategy,
};
use billfold_domain::dunning::Holder;
use billfold_domain::kernel::{ClientId, DunningStrategyId, ProductId};
use billfold_projections::Projection;
use billfold_projections::dunning_strategy_list::{self, Assigned, DunningStrategyList};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::terms::WireTerms;
use crate::answer::{Answer, Changed, Versioned};
use crate::auth::{InvoicesRead, InvoicesWrite, May};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch, ListOf};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::{Page, Paging};

/// Lists dunning strategies by code, the three built-in ones among them.
#[utoipa::path(
    get, path = "", tag = "dunning", params(ListDunningStrategies, Paging),
    responses((status = 200, body = Page<WireStrategy>)),
)]
pub(super) async fn list_dunning_strategies(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesRead>,
    ListOf(query, part): ListOf<ListDunningStrategies>,
) -> Result<Json<Page<WireStrategy>>, Problem> {
    let wanted = part.wanted()?;
    state.reach(DunningStrategyList::NAME, part.min_position).await?;
    let retired = query.retired.unwrap_or(false);
    let page = dunning_strategy_list::page(state.reads(), caller.tenant, retired, &wanted).await?;
    Ok(Json(Page::of(page, WireStrategy::from)))
}

/// Reads one dunning strategy.
#[utoipa::path(
    get, path = "/{id}", tag = "dunning",
    params(("id" = String, Path, example = "dst_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = WireStrategy)),
)]
pub(super) async fn read_dunning_strategy(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesRead>,
    Ident(id): Ident<DunningStrategyId>,
) -> Result<Versioned<WireStrategy>, Problem> {
    let found = dunning_strategy_list::find(state.reads(), caller.tenant, id).await?;
    let found = found.value.ok_or_else(Problem::not_found)?;
    let version = found.strategy.revision;
    Ok(Versioned { body: found.into(), version })
}

/// Writes down a dunning strategy of one's own.
#[utoipa::path(
    post, path = "", tag = "dunning", request_body = NewStrategy,
    responses((status = 201, body = Changed)),
)]
pub(super) async fn define_dunning_strategy(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewStrategy>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let code = check.text("/code", &new.code, 40);
    let name = check.text("/name", &new.name, 200);
    let strategy = new.terms.read(&mut check, "/terms");
    let (Some(code), Some(name), Some(strategy)) = (code, name, strategy) else {
        return Err(check.problem());
    };
    let define = DefineStrategy { strategy_id: None, code, name, strategy };
    let done = state.command(&caller, &key, define).await?;
    let id = done.answer.strategy_id;
    Ok(Answer::plain(&done, id, id.uuid()).made_at(format!("/api/v1/dunning-strategies/{id}")))
}

/// Says something else for cases that begin from now on.
#[utoipa::path(
    put, path = "/{id}/terms", tag = "dunning", request_body = WireTerms,
    params(("id" = String, Path, example = "dst_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn revise_dunning_strategy(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesWrite>,
    Ident(strategy_id): Ident<DunningStrategyId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(terms): Body<WireTerms>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let strategy = terms.read(&mut check, "").ok_or_else(|| check.problem())?;
    let revise = ReviseStrategy { strategy_id, strategy };
    let done = state.change(&caller, &key, seen, revise).await?;
    Ok(Answer::plain(&done, strategy_id, strategy_id.uuid()))
}

/// Lets a strategy hold for the seller, a product or a client, instead of the one that did.
#[utoipa::path(
    post, path = "/{id}/assign", tag = "dunning", request_body = HolderBody,
    params(("id" = String, Path, example = "dst_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn assign_dunning_strategy(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesWrite>,
    Ident(strategy_id): Ident<DunningStrategyId>,
    key: IdempotencyKey,
    Body(body): Body<HolderBody>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let holder = body.holder.read(&mut check).ok_or_else(|| check.problem())?;
    let done = state.command(&caller, &key, ChooseStrategy { strategy_id, holder }).await?;
    Ok(Answer::plain(&done, strategy_id, strategy_id.uuid()))
}

/// Lets a strategy no longer hold for somebody; the next one up does.
#[utoipa::path(
    post, path = "/{id}/withdraw", tag = "dunning", request_body = HolderBody,
    params(("id" = String, Path, example = "dst_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn withdraw_dunning_strategy(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesWrite>,
    Ident(strategy_id): Ident<DunningStrategyId>,
    key: IdempotencyKey,
    Body(body): Body<HolderBody>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let holder = body.holder.read(&mut check).ok_or_else(|| check.problem())?;
    let done = state.command(&caller, &key, WithdrawStrategy { strategy_id, holder }).await?;
    Ok(Answer::plain(&done, strategy_id, strategy_id.uuid()))
}

/// Uses a strategy no longer, once it holds for nobody.
#[utoipa::path(
    post, path = "/{id}/retire", tag = "dunning",
    params(("id" = String, Path, example = "dst_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn retire_dunning_strategy(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesWrite>,
    Ident(strategy_id): Ident<DunningStrategyId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, RetireStrategy { strategy_id }).await?;
    Ok(Answer::plain(&done, strategy_id, strategy_id.uuid()))
}

/// Which strategies are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListDunningStrategies {
    /// Those that are no longer used as well.
    retired: Option<bool>,
}

/// A strategy to be written down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDunningStrategy)]
pub(super) struct NewStrategy {
    /// Unique name for machines, for ever; none of the built-in ones.
    #[schema(example = "patient", pattern = "^[a-z0-9_-]{1,40}$", max_length = 40)]
    code: String,
    /// Name for people.
    #[schema(example = "Patient", min_length = 1, max_length = 200)]
    name: String,
    /// What it says.
    terms: WireTerms,
}

/// For whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DunningHolderBody)]
pub(super) struct HolderBody {
    /// For whom.
    holder: WireHolder,
}

/// For whom a strategy holds. A client's own goes before a product's, and that before the seller's.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = DunningHolder, example = json!({"kind": "tenant"}))]
pub(super) enum WireHolder {
    /// Every client of the seller who has no other.
    Tenant {},
    /// Whoever owes for a product.
    Product {
        /// Which.
        #[schema(example = "prd_01kchkq7w7fc9r6a8b9c0d1e2f")]
        product_id: String,
    },
    /// A client.
    Client {
        /// Which.
        #[schema(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
        client_id: String,
    },
}

impl WireHolder {
    fn read(&self, check: &mut Check) -> Option<Holder> {
        match self {
            Self::Tenant {} => Some(Holder::Tenant),
            Self::Product { product_id } => {
                check.id::<ProductId>("/holder/product_id", product_id).map(Holder::Product)
            }
            Self::Client { client_id } => {
                check.id::<ClientId>("/holder/client_id", client_id).map(Holder::Client)
            }
        }
    }
}

impl From<Holder> for WireHolder {
    fn from(holder: Holder) -> Self {
        match holder {
            Holder::Tenant => Self::Tenant {},
            Holder::Product(product) => Self::Product { product_id: product.to_string() },
            Holder::Client(client) => Self::Client { client_id: client.to_string() },
        }
    }
}

/// A dunning strategy.
#[derive(Serialize, ToSchema)]
#[schema(as = DunningStrategy)]
pub(super) struct WireStrategy {
    /// Its id.
    #[schema(example = "dst_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Unique name for machines.
    #[schema(example = "gentle")]
    code: String,
    /// Name for people.
    #[schema(example = "Gentle")]
    name: String,
    /// Whether every seller has it; such a one never changes.
    built_in: bool,
    /// Whether it is no longer used.
    retired: bool,
    /// Counts what it said, from 1.
    revision: i64,
    /// What it says.
    terms: WireTerms,
    /// For whom it holds; at most 200 are shown.
    holders: Vec<WireHolder>,
}

impl From<Assigned> for WireStrategy {
    fn from(Assigned { strategy, holders }: Assigned) -> Self {
        Self {
            id: strategy.strategy_id.to_string(),
            code: strategy.code,
            name: strategy.name,
            built_in: strategy.built_in,
            retired: strategy.retired_on.is_some(),
            revision: strategy.version,
            terms: WireTerms::from(&strategy.strategy.0),
            holders: holders.into_iter().map(WireHolder::from).collect(),
        }
    }
}
