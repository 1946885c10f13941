//! Accounting periods: months that are closed keep their figures.
//!
//! Guarantees: what lies in a closed month is posted on the first open day; a month is reopened by
//! another person than who asked. Absent on purpose: months that were never closed, which are open.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use billfold_app::commands::Done;
use billfold_app::commands::accounting_periods::{AskReopening, ClosePeriod, ReopenPeriod};
use billfold_domain::accounting_period::{AccountingPeriod, Month};
use billfold_projections::Projection as _;
use billfold_projections::accounting_period_list::{self, AccountingPeriodList, PeriodRow};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::{Answer, Changed};
use crate::auth::{Caller, LedgerRead, LedgerWrite, May};
use crate::problem::Problem;
use crate::receive::{Body, IdempotencyKey, ListOf, path_value};
use crate::state::ApiState;
use crate::wire::{Page, Paging};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_periods))
        .routes(routes!(close_period))
        .routes(routes!(ask_reopening))
        .routes(routes!(reopen_period))
}

/// Lists months that were closed, latest first. Months before a closed one are closed with it; all
/// others are open.
#[utoipa::path(
    get, path = "", tag = "ledger", params(Paging),
    responses((status = 200, body = Page<WirePeriod>)),
)]
async fn list_periods(
    State(state): State<ApiState>,
    May(caller, _): May<LedgerRead>,
    ListOf(_none, part): ListOf<Unfiltered>,
) -> Result<Json<Page<WirePeriod>>, Problem> {
    let wanted = part.wanted()?;
    state.reach(AccountingPeriodList::NAME, part.min_position).await?;
    let page = accounting_period_list::page(state.reads(), caller.tenant, &wanted).await?;
    Ok(Json(Page::of(page, WirePeriod::from)))
}

/// Closes a month, and all before it.
///
/// It must be over at the seller's place, and follow the last closed one. What is recorded later
/// for a day in it is posted on the first open day and keeps its own day beside it.
#[utoipa::path(
    post, path = "/{month}/close", tag = "ledger", params(("month" = String, Path,
        pattern = "^[0-9]{4}-[0-9]{2}$", example = "2026-03")),
    responses((status = 200, body = Changed)),
)]
async fn close_period(
    State(state): State<ApiState>,
    May(caller, _): May<LedgerWrite>,
    Named(month): Named,
    key: IdempotencyKey,
) -> Result<Answer<Changed>, Problem> {
    let done = state.command(&caller, &key, ClosePeriod { month }).await?;
    Ok(answer(&caller, month, &done))
}

/// Asks to reopen the last closed month. Another person has to do it.
#[utoipa::path(
    post, path = "/{month}/ask-reopening", tag = "ledger", request_body = ReopeningReason,
    params(("month" = String, Path, pattern = "^[0-9]{4}-[0-9]{2}$", example = "2026-03")),
    responses((status = 200, body = Changed)),
)]
async fn ask_reopening(
    State(state): State<ApiState>,
    May(caller, _): May<LedgerWrite>,
    Named(month): Named,
    key: IdempotencyKey,
    Body(ReopeningReason { reason }): Body<ReopeningReason>,
) -> Result<Answer<Changed>, Problem> {
    let done = state.command(&caller, &key, AskReopening { month, reason }).await?;
    Ok(answer(&caller, month, &done))
}

/// Reopens the last closed month, as another person asked.
#[utoipa::path(
    post, path = "/{month}/reopen", tag = "ledger",
    params(("month" = String, Path, pattern = "^[0-9]{4}-[0-9]{2}$", example = "2026-03")),
    responses((status = 200, body = Changed)),
)]
async fn reopen_period(
    State(state): State<ApiState>,
    May(caller, _): May<LedgerWrite>,
    Named(month): Named,
    key: IdempotencyKey,
) -> Result<Answer<Changed>, Problem> {
    let done = state.command(&caller, &key, ReopenPeriod { month }).await?;
    Ok(answer(&caller, month, &done))
}

fn answer(caller: &Caller, month: Month, done: &Done<()>) -> Answer<Changed> {
    Answer::plain(done, month, AccountingPeriod::id_of(caller.tenant).uuid())
}

/// The month in a path; a text that is none is not found.
struct Named(Month);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        path_value(parts, state, "month").await.map(Self)
    }
}

/// A list without conditions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unfiltered {}

/// Why a month is to be reopened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReopeningReason {
    /// Kept in the log; no personal data.
    #[schema(min_length = 1, max_length = 500, example = "a bill of the data centre was lost")]
    reason: String,
}

/// A month that was closed.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountingPeriod)]
struct WirePeriod {
    /// Which.
    #[schema(example = "2026-03")]
    month: String,
    /// `closed`, `reopening_asked` or `reopened`.
    #[schema(example = "closed")]
    status: &'static str,
    /// Its first day.
    from: NaiveDate,
    /// Who closed it last; null if it was closed with a later month.
    closed_by: Option<String>,
    /// When.
    closed_at: Option<DateTime<Utc>>,
    /// Why it is to be reopened, or was.
    reason: Option<String>,
    /// Who asked for that.
    asked_by: Option<String>,
    /// When.
    asked_at: Option<DateTime<Utc>>,
    /// Who reopened it last.
    reopened_by: Option<String>,
    /// When.
    reopened_at: Option<DateTime<Utc>>,
}

impl From<PeriodRow> for WirePeriod {
    fn from(row: PeriodRow) -> Self {
        Self {
            month: Month::of(row.month).map_or_else(String::new, |month| month.to_string()),
            status: row.status.as_str(),
            from: row.month,
            closed_by: row.closed_by,
            closed_at: row.closed_at,
            reason: row.reason,
            asked_by: row.asked_by,
            asked_at: row.asked_at,
            reopened_by: row.reopened_by,
            reopened_at: row.reopened_at,
        }
    }
}
