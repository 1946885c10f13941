//! History: every event, who did what, and how the read models stand.
//!
//! Guarantees: an event is shown as it is stored; personal data in it stays sealed; a caller sees
//! the events of its own seller only, also when a business process crosses sellers.

mod audit;
mod events;
mod export;
mod feed;
mod integrity;
mod origins;
mod read_models;
mod unusual;
mod why;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

pub(super) use events::{Position, WireEvent};
pub(super) use origins::reveal;

pub(super) fn events() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(events::list_events))
        .routes(routes!(feed::follow_events))
        .routes(routes!(events::read_event))
        .routes(routes!(events::read_chain))
        .routes(routes!(why::read_why))
}

pub(super) fn audit() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(audit::list_audit)).routes(routes!(export::export_audit))
}

pub(super) fn unusual() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(unusual::list_unusual))
}

pub(super) fn integrity() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(integrity::read_head))
        .routes(routes!(integrity::list_anchors))
        .routes(routes!(integrity::read_proof))
}

pub(super) fn read_models() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read_models::list_read_models))
        .routes(routes!(read_models::pause_read_model))
        .routes(routes!(read_models::resume_read_model))
}
