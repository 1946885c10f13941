//! Webhook endpoints: other programs that are told what happens, by signed messages.
//!
//! Guarantees: a secret is in the answer to whoever made it and nowhere else; only an address of
//! the public internet is taken. Absent on purpose: sending, which runs beside requests.

mod read;
mod write;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read::list_webhook_endpoints, write::register_webhook_endpoint))
        .routes(routes!(
            read::read_webhook_endpoint,
            write::set_webhook_endpoint,
            write::delete_webhook_endpoint
        ))
        .routes(routes!(read::list_webhook_deliveries))
        .routes(routes!(write::rotate_webhook_secret))
        .routes(routes!(write::replay_webhook_endpoint))
        .routes(routes!(write::pause_webhook_endpoint))
        .routes(routes!(write::resume_webhook_endpoint))
}
