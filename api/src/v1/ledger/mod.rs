//! The books: journal, accounts, trial balance.
//!
//! Guarantees: every figure is derived from events; a past answer is the same for ever.

mod accounts;
mod adjustments;
mod journal;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

pub(super) use journal::{WireSide, money};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(journal::list_journal))
        .routes(routes!(journal::read_posting))
        .routes(routes!(adjustments::post_adjustment))
        .routes(routes!(accounts::list_accounts))
        .routes(routes!(accounts::read_account))
        .routes(routes!(accounts::read_trial_balance))
}
