//! Dunning: what happens when a client does not pay.
//!
//! Guarantees: the three built-in strategies are listed for every seller; what a case wants of the
//! outside world is an event, and nothing is charged, sent or suspended by a request here.

mod cases;
mod runs;
mod strategies;
mod terms;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

pub(super) fn strategies() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(strategies::list_dunning_strategies, strategies::define_dunning_strategy))
        .routes(routes!(strategies::read_dunning_strategy))
        .routes(routes!(strategies::revise_dunning_strategy))
        .routes(routes!(strategies::assign_dunning_strategy))
        .routes(routes!(strategies::withdraw_dunning_strategy))
        .routes(routes!(strategies::retire_dunning_strategy))
}

pub(super) fn cases() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(cases::list_dunning_cases, cases::open_dunning_case))
        .routes(routes!(cases::read_dunning_case))
        .routes(routes!(cases::advance_dunning_case))
        .routes(routes!(cases::promise_to_pay))
        .routes(routes!(cases::hold_dunning_case))
        .routes(routes!(cases::release_dunning_case))
        .routes(routes!(cases::stop_dunning_case))
}

pub(super) fn runs() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(runs::run_dunning))
}
