//! The rooms of clients, apart from the pages of staff: what they owe, their invoices, their own
//! account (PRT-01, PRT-03, PRT-10, PRT-12).
//!
//! Guarantees: a handler that takes a [`Guest`] is never reached without a session of a client, and
//! every question it asks is narrowed to that client; the cookie is not that of staff. Absent on
//! purpose: ids of clients in addresses, and whatever the seller keeps about a client for itself.

mod account;
mod forgot_password;
mod guest;
mod invoices;
mod overview;
mod security;
mod sign_in;

use axum::Router;

use crate::state::WebState;

pub(crate) use guest::{Guest, Room, Sent};

/// Every address below `/portal`.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .merge(sign_in::routes())
        .merge(forgot_password::routes())
        .merge(overview::routes())
        .merge(invoices::routes())
        .merge(account::routes())
        .merge(security::routes())
        .merge(guest::routes())
}
