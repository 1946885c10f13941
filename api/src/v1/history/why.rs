//! Why something happened: what led to it, what was decided with it, what it led to.

use axum::Json;
use axum::extract::State;
use billfold_projections::audit_log;
use serde::Serialize;
use utoipa::ToSchema;

use super::events::{Position, WireEvent};
use super::origins::reveal;
use crate::auth::{EventsRead, May};
use crate::problem::Problem;
use crate::state::ApiState;

/// Says why an event happened: its causes up to the first, and everything it led to.
#[utoipa::path(
    get, path = "/{position}/why", tag = "history",
    params(("position" = i64, Path, minimum = 1, example = 1842)),
    responses((status = 200, body = Why)),
)]
pub(super) async fn read_why(
    State(state): State<ApiState>,
    May(caller, _): May<EventsRead>,
    Position(position): Position,
) -> Result<Json<Why>, Problem> {
    let found = audit_log::why(state.reads(), caller.tenant, position).await?;
    let as_of_position = found.as_of_position;
    let mut why = found.value.ok_or_else(Problem::not_found)?;
    let effects = why.effects.iter_mut().map(|effect| &mut effect.event);
    let all = [&mut why.event].into_iter().chain(&mut why.causes).chain(&mut why.beside);
    reveal(&state, caller.tenant, all.chain(effects)).await?;
    let events = |events: Vec<_>| events.into_iter().map(WireEvent::from).collect();
    Ok(Json(Why {
        event: why.event.into(),
        causes: events(why.causes),
        beside: events(why.beside),
        effects: why.effects.into_iter().map(WireEffect::from).collect(),
        cut: why.cut,
        as_of_position,
    }))
}

/// Why an event happened, and what came of it.
#[derive(Serialize, ToSchema)]
pub(super) struct Why {
    /// The event itself.
    event: WireEvent,
    /// What led to it, the first cause first; empty if somebody asked for it.
    causes: Vec<WireEvent>,
    /// What the same command decided with it.
    beside: Vec<WireEvent>,
    /// What it led to, each after what led to it; 200 at most.
    effects: Vec<WireEffect>,
    /// Whether there are more effects than these.
    cut: bool,
    /// The log position this answer was built from.
    as_of_position: i64,
}

/// Something that an event led to.
#[derive(Serialize, ToSchema)]
#[schema(as = Effect)]
pub(super) struct WireEffect {
    /// What happened.
    event: WireEvent,
    /// The position of the event that led to it.
    caused_by: i64,
    /// How many steps from the event that was asked about; 1 for what it led to directly.
    depth: usize,
}

impl From<audit_log::Effect> for WireEffect {
    fn from(effect: audit_log::Effect) -> Self {
        let audit_log::Effect { event, caused_by, depth } = effect;
        Self { event: event.into(), caused_by, depth }
    }
}
