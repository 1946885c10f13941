//! What is done by itself, when, and what came of it lately (ES-19, OPS-06).

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use billfold_app::commands::tenants::SetSchedule;
use billfold_app::ports::{PastTurn, Standing};
use billfold_app::schedules::Plan;
use billfold_domain::schedule::{Cadence, ScheduleChoice};
use billfold_domain::tenant::Tenant;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::{Answer, Changed, Versioned};
use crate::auth::{May, OperationsRun, SettingsRead, SettingsWrite};
use crate::problem::{Kind, Problem};
use crate::receive::{Body, Check, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_schedules))
        .routes(routes!(set_schedule))
        .routes(routes!(list_turns))
        .routes(routes!(run_schedule))
}

/// Lists what is done by itself, with what was chosen, when it comes next, and its newest turn.
#[utoipa::path(
    get, path = "", tag = "settings", responses((status = 200, body = WireSchedules)),
)]
async fn list_schedules(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsRead>,
) -> Result<Versioned<WireSchedules>, Problem> {
    let tenant = caller.tenant;
    let (seller, version) = state.door().load::<Tenant>(tenant, tenant.uuid()).await?;
    let plans = state.scheduler().plans_of(&seller)?;
    let standings = state.scheduler().standings(tenant).await?;
    let standing = |job: &str| standings.iter().find(|standing| standing.job == job);
    let items = plans.iter().map(|plan| WireSchedule::of(plan, standing(plan.job.key()))).collect();
    Ok(Versioned { body: WireSchedules { items, version }, version })
}

/// Chooses when something is done by itself, or that it is not any more.
///
/// A turn that is under way ends first. What was stopped may still be run.
#[utoipa::path(
    put, path = "/{job}", tag = "settings", request_body = NewSchedule,
    params(("job" = String, Path, example = "bill_due_subscriptions"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn set_schedule(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    Path(job): Path<String>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewSchedule>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let cadence = check.optional("/cadence", new.cadence.as_deref(), str::parse::<Cadence>);
    let cadence = cadence.ok_or_else(|| check.problem())?;
    let choice = ScheduleChoice { cadence, running: new.running };
    let done = state.change(&caller, &key, seen, SetSchedule { job, choice }).await?;
    state.scheduler().note(caller.tenant).await?;
    Ok(Answer::plain(&done, caller.tenant, caller.tenant.uuid()))
}

/// Lists the newest hundred turns of something that is done by itself, newest first.
#[utoipa::path(
    get, path = "/{job}/turns", tag = "settings",
    params(("job" = String, Path, example = "bill_due_subscriptions")),
    responses((status = 200, body = WireTurns)),
)]
async fn list_turns(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsRead>,
    Path(job): Path<String>,
) -> Result<Json<WireTurns>, Problem> {
    state.scheduler().job(&job).ok_or_else(Problem::not_found)?;
    let turns = state.scheduler().turns(caller.tenant, &job).await?;
    Ok(Json(WireTurns { items: turns.iter().map(WireTurn::from).collect() }))
}

/// Has something done now that would be done by itself later, or was stopped.
///
/// Refused for what is under way, and for a seller with a test clock.
#[utoipa::path(
    post, path = "/{job}/run", tag = "operations",
    params(("job" = String, Path, example = "bill_due_subscriptions")),
    responses((status = 202, description = "It is done as soon as a process is free")),
)]
async fn run_schedule(
    State(state): State<ApiState>,
    May(caller, _): May<OperationsRun>,
    Path(job): Path<String>,
) -> Result<StatusCode, Problem> {
    state.scheduler().job(&job).ok_or_else(Problem::not_found)?;
    if state.scheduler().hasten(caller.tenant, &job).await? {
        return Ok(StatusCode::ACCEPTED);
    }
    let detail = "it is under way, or this seller has nothing done by itself; wait for its end";
    Err(Problem::new(Kind::State, "schedule.not_waiting", detail))
}

/// What is done by itself.
#[derive(Serialize, ToSchema)]
#[schema(as = Schedules)]
struct WireSchedules {
    /// Everything there is, in the order it is done where it comes together.
    items: Vec<WireSchedule>,
    /// The version of the settings; send it as `If-Match` with a change.
    version: i64,
}

/// Something that is done by itself.
#[derive(Serialize, ToSchema)]
#[schema(as = Schedule)]
struct WireSchedule {
    /// Its key.
    #[schema(example = "bill_due_subscriptions")]
    job: String,
    /// What it does.
    #[schema(example = "Bills everything that is due by today")]
    says: String,
    /// How often, by the clocks of the seller's place.
    #[schema(example = "daily 00:15")]
    cadence: String,
    /// Whether that was chosen; else it is the usual one.
    chosen: bool,
    /// Whether it runs by itself.
    running: bool,
    /// When it is looked at next; null if it does not run by itself.
    next_at: Option<DateTime<Utc>>,
    /// Whether it is under way.
    under_way: bool,
    /// Its newest turn; null if there was none.
    last: Option<WireTurn>,
}

impl WireSchedule {
    fn of(plan: &Plan, standing: Option<&Standing>) -> Self {
        Self {
            job: plan.job.key().to_owned(),
            says: plan.job.says().to_owned(),
            cadence: plan.cadence.to_string(),
            chosen: plan.choice.cadence.is_some(),
            running: plan.choice.running,
            next_at: standing.filter(|_| plan.choice.running).map(|standing| standing.next_at),
            under_way: standing.is_some_and(|standing| standing.is_running),
            last: standing.and_then(|standing| standing.last.as_ref()).map(WireTurn::from),
        }
    }
}

/// How often something is done by itself, from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSchedule {
    /// `hourly :05`, `six-hourly :30`, `daily 00:15`, or `cron` with five fields; the usual one if
    /// absent.
    #[schema(
        example = "cron 5 4 * * mon",
        max_length = 200,
        pattern = "^((six-)?hourly :|daily [0-2][0-9]:)[0-5][0-9]$|^cron( [0-9A-Za-z*,/-]+){5}$"
    )]
    cadence: Option<String>,
    /// Whether it runs by itself.
    running: bool,
}

/// The newest turns.
#[derive(Serialize, ToSchema)]
#[schema(as = ScheduleTurns)]
struct WireTurns {
    /// Newest first, at most a hundred.
    items: Vec<WireTurn>,
}

/// A time at which something was done by itself.
#[derive(Serialize, ToSchema)]
#[schema(as = ScheduleTurn)]
struct WireTurn {
    /// When it was due.
    due_at: DateTime<Utc>,
    /// When its last try began.
    began_at: DateTime<Utc>,
    /// How often it was tried.
    #[schema(example = 1)]
    attempts: u32,
    /// When it ended; null while it is under way.
    ended_at: Option<DateTime<Utc>>,
    /// `done` or `failed`; null while it is under way.
    #[schema(example = "done", pattern = "^(done|failed)$")]
    outcome: Option<String>,
    /// What it did, or why not.
    #[schema(example = "12 documents issued")]
    summary: Option<String>,
}

impl From<&PastTurn> for WireTurn {
    fn from(turn: &PastTurn) -> Self {
        Self {
            due_at: turn.due_at,
            began_at: turn.began_at,
            attempts: turn.attempts,
            ended_at: turn.ended_at,
            outcome: turn.outcome.map(|outcome| outcome.word().to_owned()),
            summary: turn.summary.clone(),
        }
    }
}
