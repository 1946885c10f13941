//! Signing in and out, one's own sessions and password, and keys for programs.
//!
//! Guarantees: a sign-in tells nobody whether an address has an account; the secret of a key is
//! shown once. Absent on purpose: registration. Accounts are made on the command line or by staff
//! who may.

mod keys;
mod own;
mod session;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

pub(super) fn sessions() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(session::login))
        .routes(routes!(session::logout))
        .routes(routes!(session::me))
        .routes(routes!(own::list_sessions, own::end_other_sessions))
        .routes(routes!(own::end_session))
        .routes(routes!(own::change_password))
}

pub(super) fn keys() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(keys::list_keys, keys::create_key))
        .routes(routes!(keys::revoke_key))
}
