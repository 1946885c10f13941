//! Events as they are stored.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use billfold_app::origins::ORIGIN;
use billfold_domain::kernel::Actor;
use billfold_projections::event_index::{self, EventIndex, Stored};
use billfold_projections::{Order, Projection};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::origins::reveal;
use crate::auth::{EventsRead, May};
use crate::problem::Problem;
use crate::receive::{Check, Filter, ListOf, path_value};
use crate::state::ApiState;
use crate::v1::parameters::as_of;
use crate::wire::{Page, Paging};

/// Lists events.
#[utoipa::path(
    get, path = "", tag = "history", params(ListEvents, Paging),
    responses((status = 200, body = Page<WireEvent>)),
)]
pub(super) async fn list_events(
    State(state): State<ApiState>,
    May(caller, _): May<EventsRead>,
    ListOf(query, part): ListOf<ListEvents>,
) -> Result<Json<Page<WireEvent>>, Problem> {
    let wanted = part.wanted()?;
    let filter = query.read()?;
    state.reach(EventIndex::NAME, part.min_position).await?;
    let mut page = event_index::page(state.reads(), caller.tenant, &filter, &wanted).await?;
    reveal(&state, caller.tenant, &mut page.value.rows).await?;
    Ok(Json(Page::of(page, WireEvent::from)))
}

/// Reads the event at a log position.
#[utoipa::path(
    get, path = "/{position}", tag = "history",
    params(("position" = i64, Path, minimum = 1, example = 1842)),
    responses((status = 200, body = WireEvent)),
)]
pub(super) async fn read_event(
    State(state): State<ApiState>,
    May(caller, _): May<EventsRead>,
    Position(position): Position,
) -> Result<Json<WireEvent>, Problem> {
    let found = event_index::find(state.reads(), caller.tenant, position).await?;
    let mut event = found.value.ok_or_else(Problem::not_found)?;
    reveal(&state, caller.tenant, [&mut event]).await?;
    Ok(Json(event.into()))
}

/// Lists the business process an event belongs to, oldest first: what led to it and what it led to.
#[utoipa::path(
    get, path = "/{position}/chain", tag = "history",
    params(("position" = i64, Path, minimum = 1, example = 1842), Paging),
    responses((status = 200, body = Page<WireEvent>)),
)]
pub(super) async fn read_chain(
    State(state): State<ApiState>,
    May(caller, _): May<EventsRead>,
    Position(position): Position,
    Filter(part): Filter<Paging>,
) -> Result<Json<Page<WireEvent>>, Problem> {
    let wanted = part.wanted()?;
    state.reach(EventIndex::NAME, part.min_position).await?;
    let found = event_index::find(state.reads(), caller.tenant, position).await?;
    let event = found.value.ok_or_else(Problem::not_found)?;
    let filter = event_index::Filter {
        correlation: Some(event.correlation_id),
        order: Order::Ascending,
        ..event_index::Filter::default()
    };
    let mut page = event_index::page(state.reads(), caller.tenant, &filter, &wanted).await?;
    reveal(&state, caller.tenant, &mut page.value.rows).await?;
    Ok(Json(Page::of(page, WireEvent::from)))
}

/// The log position in a path; what is no position is not found.
pub(crate) struct Position(pub(crate) i64);

impl<S: Send + Sync> FromRequestParts<S> for Position {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        path_value(parts, state, "position").await.map(Self)
    }
}

/// Which events are wanted; each condition given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListEvents {
    /// What happened: one type, or several with commas between.
    #[param(example = "invoice.issued,invoice.voided", max_length = 400)]
    event_type: Option<String>,
    /// Kind of thing.
    #[param(example = "invoice", pattern = "^[a-z_]{1,40}$")]
    aggregate_type: Option<String>,
    /// Which thing, as UUID; needs its kind.
    aggregate_id: Option<Uuid>,
    /// Who did it.
    #[param(example = "staff:019a2f3c-5d7e-7cc0-8a55-0f4c1d2e3b4a")]
    actor: Option<String>,
    /// The business process.
    correlation_id: Option<Uuid>,
    /// First instant of recording.
    from: Option<DateTime<Utc>>,
    /// Last instant of recording.
    to: Option<DateTime<Utc>>,
    /// As known at this log position or instant; now if absent.
    #[param(example = "2026-03-01T12:00:00Z")]
    as_of: Option<String>,
    /// Order of the list; `-` in front means newest first, which is usual.
    #[param(inline)]
    sort: Option<EventSort>,
}

/// The order of a list of events.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
enum EventSort {
    #[serde(rename = "position")]
    Oldest,
    #[serde(rename = "-position")]
    Newest,
}

impl ListEvents {
    fn read(&self) -> Result<event_index::Filter, Problem> {
        let (types, kind) = (self.event_type.as_deref(), self.aggregate_type.as_deref());
        let which = which_events(types, kind, self.aggregate_id)?;
        let mut check = Check::query();
        let actor = check.optional("/actor", self.actor.as_deref(), str::parse::<Actor>);
        check.optional_instant("/from", self.from);
        check.optional_instant("/to", self.to);
        check.finish()?;
        Ok(event_index::Filter {
            actor: actor.flatten().map(|actor| actor.to_string()),
            correlation: self.correlation_id,
            from: self.from,
            to: self.to,
            as_of: as_of(self.as_of.as_deref())?,
            order: match self.sort {
                Some(EventSort::Oldest) => Order::Ascending,
                Some(EventSort::Newest) | None => Order::Descending,
            },
            ..which
        })
    }
}

/// Events of these types and of this thing.
pub(super) fn which_events(
    types: Option<&str>,
    kind: Option<&str>,
    id: Option<Uuid>,
) -> Result<event_index::Filter, Problem> {
    let mut check = Check::query();
    let kind = check.optional_kind("/aggregate_type", kind);
    if id.is_some() && kind.is_none() {
        check.wrong("/aggregate_type", "field.missing", "is needed with aggregate_id");
    }
    let types = check.optional_text("/event_type", types, 400);
    check.finish()?;
    Ok(event_index::Filter {
        types: types.iter().flat_map(|text| text.split(',')).map(str::to_owned).collect(),
        stream: kind.map(|kind| (kind, id)),
        ..event_index::Filter::default()
    })
}

/// An event as it is stored.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
pub(crate) struct WireEvent {
    /// Place in the log: from 1, without gaps, in the order of commits.
    position: i64,
    /// Its id.
    #[schema(example = "evt_01kchkq7w7fc9r6a8b9c0d1e2f")]
    event_id: String,
    /// What happened.
    #[schema(example = "invoice.issued")]
    event_type: String,
    /// Version of the payload.
    #[schema(example = "1")]
    event_version: String,
    /// Kind of thing.
    #[schema(example = "invoice")]
    aggregate_type: String,
    /// Which thing.
    aggregate_id: Uuid,
    /// Place among the thing's events, from 1: its version afterwards.
    sequence: i64,
    /// When the log took it.
    recorded_at: DateTime<Utc>,
    /// When it holds in business time.
    effective_at: DateTime<Utc>,
    /// Who did it.
    #[schema(example = "staff:019a2f3c-5d7e-7cc0-8a55-0f4c1d2e3b4a")]
    actor: String,
    /// The command that caused it.
    command_id: Uuid,
    /// The business process it belongs to.
    correlation_id: Uuid,
    /// What led to the command, if it was not a person.
    causation_id: Option<Uuid>,
    /// From where, why, and so on.
    metadata: BTreeMap<String, String>,
    /// The event itself; personal data in it is sealed.
    #[schema(value_type = Object)]
    payload: Option<Box<RawValue>>,
}

impl WireEvent {
    /// Its place in the log.
    pub(super) fn position(&self) -> i64 {
        self.position
    }

    /// The same without the address and the program that the request came from.
    pub(super) fn without_origin(mut self) -> Self {
        self.metadata.retain(|name, _| !matches!(name.as_str(), "ip" | "user_agent" | ORIGIN));
        self
    }
}

impl From<Stored> for WireEvent {
    fn from(event: Stored) -> Self {
        Self {
            position: event.position,
            event_id: event.event_id.to_string(),
            event_type: event.event_type,
            event_version: event.event_version,
            aggregate_type: event.aggregate_type,
            aggregate_id: event.aggregate_id,
            sequence: event.sequence,
            recorded_at: event.recorded_at,
            effective_at: event.effective_at,
            actor: event.actor,
            command_id: event.command_id,
            correlation_id: event.correlation_id,
            causation_id: event.causation_id,
            metadata: event.metadata,
            payload: RawValue::from_string(event.payload).ok(),
        }
    }
}
