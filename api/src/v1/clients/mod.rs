//! Clients: who is billed.
//!
//! Guarantees: contact details are opened for the answer only, in one batch for a page; an erased
//! client still answers, without them.

mod account;
mod billing;
mod change;
mod contacts;
mod custom_fields;
mod gift_card;
mod notes;
mod read;
mod referral;
mod register;
mod reseller;
mod retained;
mod statement;
mod terms;

pub(super) use account::{ClientBalance, balance_of};

use axum::Router;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    collection()
        .routes(routes!(read::read_client, change::delete_client))
        .routes(routes!(contacts::list_contacts, contacts::add_contact))
        .routes(routes!(contacts::change_person, contacts::remove_contact))
        .routes(routes!(notes::list_notes, notes::add_note))
        .routes(routes!(notes::remove_note))
        .routes(routes!(custom_fields::read_custom_fields, custom_fields::set_client_custom_fields))
        .routes(routes!(change::change_contact))
        .routes(routes!(billing::set_billing))
        .routes(routes!(terms::set_tax_facts))
        .routes(routes!(terms::read_group, terms::assign_group))
        .routes(routes!(reseller::entrust_client, reseller::withdraw_client))
        .routes(routes!(change::suspend_client))
        .routes(routes!(change::deactivate_client))
        .routes(routes!(change::activate_client))
        .routes(routes!(change::erase_client))
        .routes(routes!(account::read_balance))
        .routes(routes!(gift_card::redeem_gift_card))
        .routes(routes!(referral::read_referral, referral::refer_client))
        .routes(routes!(statement::read_ledger))
        .routes(routes!(statement::explain_balance))
        .merge(super::avatars::of_clients())
        .merge(super::data_exports::of_clients())
}

/// Clients as other systems' users: listed, registered and read, with a contact that is put, and
/// deactivated by `DELETE` (API-070 to API-073, API-081).
pub(super) fn as_users() -> Router<ApiState> {
    let one = get(read::read_client).put(change::change_contact).delete(change::delete_client);
    Router::from(collection()).route("/{id}", one)
}

/// The list as a whole.
pub(super) fn collection() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(read::list_clients, register::register_client))
}
