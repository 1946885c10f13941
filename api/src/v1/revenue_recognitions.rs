//! Recognition of revenue: what was billed ahead becomes revenue as its days of service pass.
//!
//! Guarantees: a day is recognised once, whoever asks and how often. Absent on purpose: what is
//! still deferred, which is account 2300.

use axum::Json;
use axum::extract::State;
use billfold_app::commands::recognition::{RecogniseRevenue, RevenueRecognised};
use billfold_app::recognition_run;
use billfold_domain::recognition::{Earned, Recognition};
use billfold_projections::Projection as _;
use billfold_projections::deferred_revenue::{self, DeferredRevenue, PostedRow};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::Answer;
use crate::auth::{LedgerRead, LedgerWrite, May};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, ListOf};
use crate::state::ApiState;
use crate::wire::{Page, Paging, WireMoney};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list_recognitions, recognise_revenue))
}

/// Lists what was recognised, latest first.
#[utoipa::path(
    get, path = "", tag = "ledger", params(Paging),
    responses((status = 200, body = Page<WireRecognition>)),
)]
async fn list_recognitions(
    State(state): State<ApiState>,
    May(caller, _): May<LedgerRead>,
    ListOf(_none, part): ListOf<Unfiltered>,
) -> Result<Json<Page<WireRecognition>>, Problem> {
    let wanted = part.wanted()?;
    state.reach(DeferredRevenue::NAME, part.min_position).await?;
    let page = deferred_revenue::page(state.reads(), caller.tenant, &wanted).await?;
    Ok(Json(Page::of(page, WireRecognition::from)))
}

/// Recognises revenue through a day that is over.
///
/// What was billed ahead of its service is spread over the days of service; what all of them
/// earned through the day, less what was recognised before, becomes revenue. Months that ended
/// before and are not recognised yet are recognised on their own last days first, at most 36 of
/// them; `billfold recognise` catches up more. Asked again, on that day or with that key, it posts
/// nothing more.
#[utoipa::path(
    post, path = "", tag = "ledger", request_body = NewRecognition,
    responses((status = 200, body = WireRecognised)),
)]
async fn recognise_revenue(
    State(state): State<ApiState>,
    May(caller, _): May<LedgerWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewRecognition>,
) -> Result<Answer<WireRecognised>, Problem> {
    let mut check = Check::default();
    let through = check.optional_date("/through", new.through);
    let through = through.ok_or_else(|| check.problem())?;
    let ask = caller.ask(&key, RecogniseRevenue { through });
    let done = recognition_run::catch_up(state.door(), ask).await?;
    let uuid = Recognition::id_of(caller.tenant).uuid();
    let RevenueRecognised { through, earned } = &done.answer;
    let body = WireRecognised {
        through: *through,
        earned: earned.iter().map(WireEarned::from).collect(),
        version: done.version_of(uuid),
        position: done.position,
    };
    Ok(Answer::of(&done, uuid, body))
}

/// A list without conditions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unfiltered {}

/// Through which day revenue is to be recognised.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRecognition {
    /// The last day, which must be over at the seller's place; yesterday if absent.
    through: Option<NaiveDate>,
}

/// What became revenue.
#[derive(Serialize, ToSchema)]
#[schema(as = RevenueRecognised)]
struct WireRecognised {
    /// The last day that is recognised.
    through: NaiveDate,
    /// What became revenue on that day, by kind of line and product; empty if nothing was left.
    earned: Vec<WireEarned>,
    /// How often something was posted so far. Null if nothing was now.
    version: Option<i64>,
    /// The log position of the event; reads take it as `min_position`. Null if nothing was posted.
    position: Option<i64>,
}

/// A recognition that was posted.
#[derive(Serialize, ToSchema)]
#[schema(as = RevenueRecognition)]
struct WireRecognition {
    /// The log position of its event; the journal shows its entries under it.
    position: i64,
    /// The last day that it recognised, and its business day.
    through: NaiveDate,
    /// What became revenue, by kind of line and product.
    earned: Vec<WireEarned>,
    /// When the log took it.
    recorded_at: DateTime<Utc>,
}

/// What lines of one kind and product came to.
#[derive(Serialize, ToSchema)]
#[schema(as = EarnedRevenue)]
struct WireEarned {
    /// What they bill.
    #[schema(example = "hosting")]
    kind: &'static str,
    /// The product, where the lines name one.
    #[schema(example = "prd_01kchkq7w7fc9r6a8b9c0d1e2f")]
    product_id: Option<String>,
    /// How much, without tax; negative if revenue was taken back.
    amount: WireMoney,
}

impl From<&Earned> for WireEarned {
    fn from(earned: &Earned) -> Self {
        Self {
            kind: earned.kind.word(),
            product_id: earned.product_id.map(|id| id.to_string()),
            amount: earned.amount.into(),
        }
    }
}

impl From<PostedRow> for WireRecognition {
    fn from(row: PostedRow) -> Self {
        Self {
            position: row.position,
            through: row.through,
            earned: row.earned.0.iter().map(WireEarned::from).collect(),
            recorded_at: row.recorded_at,
        }
    }
}
