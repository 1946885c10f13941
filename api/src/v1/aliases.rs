//! Addresses that other systems of the field use, over the same handlers (API-001).
//!
//! Guarantees: an alias answers as the route it stands for does, with the same rights, keys and
//! versions. Absent on purpose: entries in the OpenAPI document, which names each thing once.

use axum::Router;

use super::{access, clients, products};
use crate::state::ApiState;

/// Every alias below `/api`.
pub(crate) fn router() -> Router<ApiState> {
    Router::new()
        .nest("/client/auth", access::as_client())
        .nest("/admin/clients", clients::collection().into())
        .nest("/v1/admin/users", clients::as_users())
        .nest("/v1/admin/plans", products::as_plans())
}
