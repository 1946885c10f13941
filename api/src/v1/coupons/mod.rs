//! Coupons: money off by a code.
//!
//! Guarantees: limits count what is reserved and what is redeemed; changed terms hold for
//! redemptions from then on; a code belongs to one coupon for ever. Absent on purpose: taking one
//! off something, which the invoice and the subscription do.

mod read;
mod terms;
mod write;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read::list_coupons, write::create_coupon))
        .routes(routes!(read::read_coupon, write::revise_coupon))
        .routes(routes!(read::list_coupon_redemptions))
        .routes(routes!(write::disable_coupon))
        .routes(routes!(write::enable_coupon))
        .routes(routes!(write::archive_coupon))
}
