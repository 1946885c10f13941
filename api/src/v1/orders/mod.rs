//! Orders: what a client asked for.
//!
//! Guarantees: the price of a catalogue item is that of the day of the order; an order is accepted
//! whole, with its subscriptions and its invoice, or not at all.

mod act;
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
        .routes(routes!(act::accept_order))
        .routes(routes!(act::hold_order))
        .routes(routes!(act::release_order))
        .routes(routes!(act::complete_order))
}
