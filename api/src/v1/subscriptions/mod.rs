//! Subscriptions: services that are billed again and again.
//!
//! Guarantees: whatever changes a subscription answers with the document it was billed by; a
//! preview stores nothing and is made by the planner that bills.

mod act;
mod begin;
mod bill;
mod coupon;
pub(super) mod offer;
mod preview;
mod read;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read::list_subscriptions, begin::subscribe))
        .routes(routes!(read::read_subscription))
        .routes(routes!(preview::preview_subscription))
        .routes(routes!(act::change_subscription))
        .routes(routes!(act::pause_subscription))
        .routes(routes!(act::resume_subscription))
        .routes(routes!(act::cancel_subscription))
        .routes(routes!(act::withdraw_cancellation))
        .routes(routes!(act::withdraw_subscription_change))
        .routes(routes!(act::set_subscription_anchor))
        .routes(routes!(act::adjust_subscription_line))
        .routes(routes!(coupon::attach_coupon))
        .routes(routes!(coupon::detach_coupon))
        .routes(routes!(bill::bill_account))
}
