//! Tax rates: what is charged where, on what, and from when to when.
//!
//! Guarantees: a rate, once set, stays as it was; what was charged is never changed. `resolve`
//! answers by the rule that taxes documents.

mod read;
mod write;

pub(super) use read::WireTaxEvidence;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read::list_tax_rates, write::define_tax_rate))
        .routes(routes!(read::resolve_tax))
        .routes(routes!(read::read_tax_rate))
        .routes(routes!(write::set_tax_rate))
        .routes(routes!(write::retire_tax_rate))
        .routes(routes!(write::exempt_client))
        .routes(routes!(write::end_exemption))
}
