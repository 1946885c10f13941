//! Payments: money that came in, and what it pays.
//!
//! Guarantees: what a payment paid, what became credit and what is unmatched sum to what arrived.

mod going_back;
mod read;
mod write;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

pub(super) use going_back::RefundPromised;
pub(super) use write::PaymentRecorded;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read::list_payments, write::record_payment))
        .routes(routes!(read::read_payment))
        .routes(routes!(write::match_payment))
        .routes(routes!(going_back::unmatch_payment))
        .routes(routes!(going_back::refund_payment))
        .routes(routes!(going_back::confirm_refund))
        .routes(routes!(going_back::fail_refund))
        .routes(routes!(going_back::open_dispute))
        .routes(routes!(going_back::win_dispute))
        .routes(routes!(going_back::lose_dispute))
        .routes(routes!(going_back::charge_dispute_fee))
}
