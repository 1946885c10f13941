//! Gift cards: money that was paid before anything was bought.
//!
//! Guarantees: a code is told once, to who sells the card, and asked for in bodies only, never in
//! an address; a balance never goes below zero. Absent on purpose: redeeming one, which is the
//! client's to do.

mod expire;
mod read;
mod write;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read::list_gift_cards, write::sell_gift_card))
        .routes(routes!(read::look_up_gift_card))
        .routes(routes!(read::read_gift_card))
        .routes(routes!(write::cancel_gift_card))
        .routes(routes!(expire::expire_gift_cards))
        .routes(routes!(expire::expire_gift_card))
}
