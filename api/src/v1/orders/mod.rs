//! Orders: what a client asked for.
//!
//! Guarantees: the price of a catalogue item is that of the day of the order.

mod read;
mod write;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read::list_orders, write::place_order))
        .routes(routes!(read::read_order))
        .routes(routes!(write::cancel_order))
}
