//! Billing runs: what is due of everybody becomes documents.
//!
//! Guarantees: a run is started once per key and conducted beside the requests; how far it is says
//! every read. Absent on purpose: the documents, which the lists of invoices and events show.

mod preview;
mod read;
mod write;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read::list_billing_runs, write::start_billing_run))
        .routes(routes!(preview::preview_billing_run))
        .routes(routes!(read::read_billing_run))
        .routes(routes!(read::list_quarantined))
        .routes(routes!(write::resume_billing_run))
}
