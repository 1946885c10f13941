//! Products: what is sold, with prices that begin on a day.
//!
//! Guarantees: a price, once set, stays as it was; a retired product still answers.

mod describe;
mod particulars;
mod read;
mod write;

use axum::Router;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

/// Products as other systems' plans: listed, created and read, and retired by `DELETE` (API-074,
/// API-076, API-081).
pub(super) fn as_plans() -> Router<ApiState> {
    Router::new()
        .route("/", get(read::list_products).post(write::create_product))
        .route("/{id}", get(read::read_product).delete(write::retire_product))
}

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read::list_products, write::create_product))
        .routes(routes!(read::read_product))
        .routes(routes!(write::set_price))
        .routes(routes!(write::set_tier_price))
        .routes(routes!(describe::rename_product))
        .routes(routes!(describe::describe_product))
        .routes(routes!(describe::set_product_quotas))
        .routes(routes!(describe::set_product_options))
        .routes(routes!(write::retire_product))
}
