//! Addresses that other systems of the field use, over the same handlers (API-001, API-120 to
//! API-129, API-140 to API-145).
//!
//! Guarantees: an alias answers as the route it stands for does, with the same rights, keys and
//! versions; a client below `/api/client` reads what is their own. Absent on purpose: entries in
//! the OpenAPI document, which names each thing once.

use axum::Router;
use utoipa_axum::router::OpenApiRouter;

use super::{
    access, affiliates, clients, coupons, credit_notes, departments, gift_cards, history, invoices,
    orders, payments, portal, products, roles, settings, staff, subscriptions, tax_rates,
};
use crate::state::ApiState;

/// Every alias below `/api`.
pub(crate) fn router() -> Router<ApiState> {
    let mut all = Router::new()
        .nest("/client/auth", access::as_client())
        .nest("/v1/admin/users", clients::as_users())
        .nest("/v1/admin/plans", products::as_plans());
    for (path, routes) in of_clients().into_iter().chain(of_staff()) {
        all = all.nest(path, routes.into());
    }
    all
}

/// What a client has, each within their own reach.
fn of_clients() -> Vec<(&'static str, OpenApiRouter<ApiState>)> {
    vec![
        ("/client", portal::router().merge(access::own_password())),
        ("/client/invoices", invoices::router()),
        ("/client/orders", orders::router()),
        ("/client/payments", payments::router()),
        ("/client/subscriptions", subscriptions::router()),
    ]
}

fn of_staff() -> Vec<(&'static str, OpenApiRouter<ApiState>)> {
    vec![
        ("/admin/affiliates", affiliates::router()),
        ("/admin/audit-logs", history::audit()),
        ("/admin/clients", clients::router()),
        ("/admin/coupons", coupons::router()),
        ("/admin/credit-notes", credit_notes::router()),
        ("/admin/departments", departments::router()),
        ("/admin/gift-cards", gift_cards::router()),
        ("/admin/invoices", invoices::router()),
        ("/admin/orders", orders::router()),
        ("/admin/payments", payments::router()),
        ("/admin/products", products::router()),
        ("/admin/roles", roles::router()),
        ("/admin/settings", settings::router()),
        ("/admin/staff", staff::router()),
        ("/admin/subscriptions", subscriptions::router()),
        ("/admin/tax-rates", tax_rates::router()),
    ]
}
