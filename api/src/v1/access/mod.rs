//! Signing in and out, tokens of programs, what people change of their own account, and
//! keys for programs.
//!
//! Guarantees: a sign-in tells nobody whether an address has an account; the secret of a key is
//! shown once; clients sign in apart from staff, and what both do with their account is one route.
//! Absent on purpose: registration of staff. Their accounts are made on the command line or by
//! staff who may.

mod address;
mod client;
mod forgotten;
mod keys;
mod own;
mod passkeys;
mod profile;
mod program;
mod providers;
mod reset;
mod second_factor;
mod session;

use axum::Router;
use axum::routing::{get, post};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

pub(super) fn sessions() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(session::login))
        .routes(routes!(client::login_client))
        .routes(routes!(client::create_client_token))
        .routes(routes!(client::register_account))
        .routes(routes!(session::logout))
        .routes(routes!(session::me))
        .routes(routes!(program::create_token))
        .routes(routes!(program::refresh_token))
        .routes(routes!(reset::create_reset_code))
        .routes(routes!(reset::reset_password))
        .routes(routes!(second_factor::read_second_factor, second_factor::enrol_second_factor))
        .routes(routes!(second_factor::confirm_second_factor))
        .routes(routes!(second_factor::remove_second_factor))
        .routes(routes!(second_factor::renew_recovery_codes))
        .routes(routes!(forgotten::ask_password_reset))
        .routes(routes!(address::read_own_address))
        .routes(routes!(passkeys::list_passkeys, passkeys::add_passkey))
        .routes(routes!(passkeys::ask_new_passkey))
        .routes(routes!(passkeys::remove_passkey))
        .routes(routes!(passkeys::ask_passkey))
        .routes(routes!(passkeys::sign_in_by_passkey))
        .routes(routes!(providers::list_identity_providers))
        .routes(routes!(providers::list_identity_links))
        .routes(routes!(providers::remove_identity_link))
        .routes(routes!(address::send_address_code))
        .routes(routes!(address::prove_address))
        .routes(routes!(own::list_sessions, own::end_other_sessions))
        .routes(routes!(own::end_session))
        .routes(routes!(own::change_password))
        .routes(routes!(profile::read_own_profile, profile::change_own_profile))
}

/// What staff does for clients who are to sign in.
pub(super) fn of_clients() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(client::invite_client))
}

/// Signing in as other systems name it for clients (API-001).
pub(super) fn as_client() -> Router<ApiState> {
    Router::new()
        .route("/register", post(client::register_account))
        .route("/login", post(client::login_client))
        .route("/me", get(session::me))
}

/// A client's password, beside their profile (API-122): sent by either method.
pub(super) fn own_password() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().route("/password", post(own::change_password).put(own::change_password))
}

pub(super) fn keys() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(keys::list_keys, keys::create_key))
        .routes(routes!(keys::revoke_key))
}
