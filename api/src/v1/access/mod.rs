//! Signing in and out, tokens of programs, what people change of their own account, and
//! keys for programs.
//!
//! Guarantees: a sign-in tells nobody whether an address has an account; the secret of a key is
//! shown once. Absent on purpose: registration. Accounts are made on the command line or by staff
//! who may.

mod keys;
mod own;
mod program;
mod reset;
mod second_factor;
mod session;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

pub(super) fn sessions() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(session::login))
        .routes(routes!(session::logout))
        .routes(routes!(session::me))
        .routes(routes!(program::create_token))
        .routes(routes!(program::refresh_token))
        .routes(routes!(reset::create_reset_code))
        .routes(routes!(reset::reset_password))
        .routes(routes!(second_factor::read_second_factor, second_factor::enrol_second_factor))
        .routes(routes!(second_factor::confirm_second_factor))
        .routes(routes!(second_factor::remove_second_factor))
        .routes(routes!(own::list_sessions, own::end_other_sessions))
        .routes(routes!(own::end_session))
        .routes(routes!(own::change_password))
}

pub(super) fn keys() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(keys::list_keys, keys::create_key))
        .routes(routes!(keys::revoke_key))
}
