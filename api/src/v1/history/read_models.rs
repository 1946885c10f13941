//! How the read models stand, and the brake for each.
//!
//! Guarantee: pausing or resuming twice changes nothing, so neither needs an idempotency key.
//! Absent on purpose: rebuilding, which takes minutes and is `billfold rebuild`.

use axum::Json;
use axum::extract::{Path, State};
use billfold_projections::status::Status;
use billfold_projections::{Error as ReadError, Standing};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::{EventsRead, May, OperationsRun};
use crate::problem::{Kind, Problem};
use crate::state::ApiState;

/// Lists read models: where each is, how far behind, and why it stands still if it does.
#[utoipa::path(
    get, path = "", tag = "history", responses((status = 200, body = ReadModels)),
)]
pub(super) async fn list_read_models(
    State(state): State<ApiState>,
    _caller: May<EventsRead>,
) -> Result<Json<ReadModels>, Problem> {
    let models = state.oversight().read_models().await?;
    Ok(Json(ReadModels { items: models.iter().map(ReadModel::of).collect() }))
}

/// Holds a read model where it is.
///
/// It goes on answering with what it knew, and says so by `as_of_position`; a read that waits for
/// a later `min_position` is answered with 409. It stays paused, also when the server starts again,
/// until it is resumed or rebuilt. What decides by it is answered with 409, too, and does nothing:
/// payments that look for the oldest open invoice, billing runs, dunning and the recognition of
/// revenue.
#[utoipa::path(
    post, path = "/{name}/pause", tag = "operations",
    params(("name" = String, Path, example = "event_index")),
    responses((status = 200, body = ReadModel)),
)]
pub(super) async fn pause_read_model(
    State(state): State<ApiState>,
    May(caller, _): May<OperationsRun>,
    Path(name): Path<String>,
) -> Result<Json<ReadModel>, Problem> {
    let status = state.oversight().pause(&name).await.map_err(not_moved)?;
    tracing::info!(projection = status.name, actor = %caller.actor, "paused");
    Ok(Json(ReadModel::of(&status)))
}

/// Lets a read model follow the log again, or try again the event that stopped it.
#[utoipa::path(
    post, path = "/{name}/resume", tag = "operations",
    params(("name" = String, Path, example = "event_index")),
    responses((status = 200, body = ReadModel)),
)]
pub(super) async fn resume_read_model(
    State(state): State<ApiState>,
    May(caller, _): May<OperationsRun>,
    Path(name): Path<String>,
) -> Result<Json<ReadModel>, Problem> {
    let status = state.oversight().resume(&name).await.map_err(not_moved)?;
    tracing::info!(projection = status.name, actor = %caller.actor, "resumed");
    Ok(Json(ReadModel::of(&status)))
}

fn not_moved(error: ReadError) -> Problem {
    let detail = error.to_string();
    match error {
        ReadError::Unknown { .. } => Problem::not_found(),
        ReadError::Stopped { .. } => Problem::new(Kind::State, "read_model.stopped", detail),
        ReadError::NotBuilt { .. } => Problem::new(Kind::State, "read_model.not_built", detail),
        other => other.into(),
    }
}

/// All read models.
#[derive(Serialize, ToSchema)]
pub(super) struct ReadModels {
    /// The read models.
    items: Vec<ReadModel>,
}

/// How one read model stands.
#[derive(Serialize, ToSchema)]
pub(super) struct ReadModel {
    /// Its name.
    #[schema(example = "invoice_list")]
    name: &'static str,
    /// The version of this program's code.
    version: u32,
    /// `current`, `outdated` (rebuild it) or `not_built`.
    #[schema(example = "current")]
    standing: &'static str,
    /// What the generation that answers does: `live` follows the log, `paused` waits to be
    /// resumed, `stopped` met an event that cannot be folded.
    #[schema(example = "live")]
    state: Option<&'static str>,
    /// The generation that answers.
    generation: Option<i32>,
    /// All events up to here are in it.
    position: Option<i64>,
    /// Events it has not seen yet.
    lag_events: Option<i64>,
    /// How long the oldest of those has waited, in milliseconds.
    lag_ms: Option<u64>,
    /// Events that could not be folded and are set aside.
    parked: Option<i64>,
    /// Why it does not move, if it does not. In words of the program; it names no person.
    last_error: Option<String>,
    /// When it last moved.
    updated_at: Option<DateTime<Utc>>,
    /// Whether a new generation is being built beside it.
    rebuilding: bool,
}

impl ReadModel {
    fn of(status: &Status) -> Self {
        let live = status.live.as_ref();
        Self {
            name: status.name,
            version: status.version,
            standing: match status.standing {
                Standing::Current => "current",
                Standing::Outdated => "outdated",
                Standing::NotBuilt => "not_built",
            },
            state: live.map(|live| live.state.as_str()),
            generation: live.map(|live| live.generation),
            position: live.map(|live| live.position),
            lag_events: live.map(|live| live.lag_events),
            lag_ms: live.map(|live| u64::try_from(live.lag.as_millis()).unwrap_or(u64::MAX)),
            parked: live.map(|live| live.parked),
            last_error: live.and_then(|live| live.last_error.clone()),
            updated_at: live.map(|live| live.updated_at),
            rebuilding: status.building.is_some(),
        }
    }
}
