//! How the read models stand.

use axum::Json;
use axum::extract::State;
use billfold_projections::Standing;
use billfold_projections::status::Status;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::{EventsRead, May};
use crate::problem::Problem;
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
