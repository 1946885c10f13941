//! Version 1 of the API, a noun a file.
//!
//! Guarantees: a handler extracts, asks the door or a read model once, and renders; wire types
//! stand in the file of the route and no domain type reaches the wire.

mod access;
mod accounting_periods;
mod affiliates;
pub(crate) mod aliases;
mod approvals;
mod avatars;
mod billing_runs;
mod branding;
mod client_groups;
mod clients;
mod coupons;
mod credit_notes;
mod custom_fields;
mod data_exports;
mod departments;
mod dunning;
mod gift_cards;
mod history;
mod invoices;
mod ledger;
mod number_register;
mod orders;
mod parameters;
mod payments;
mod portal;
mod products;
mod proformas;
mod resellers;
mod revenue_recognitions;
mod rights;
mod roles;
mod schedules;
mod settings;
mod staff;
mod subscriptions;
mod tax_rates;
mod tenants;
mod webhook_endpoints;

use utoipa_axum::router::OpenApiRouter;

use crate::state::ApiState;

/// Every route below `/api/v1`.
pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .nest("/auth", access::sessions())
        .nest("/api-keys", access::keys())
        .nest("/staff", staff::router())
        .nest("/roles", roles::router())
        .nest("/rights", rights::router())
        .nest("/departments", departments::router())
        .nest("/resellers", resellers::router())
        .nest("/clients", clients::router().merge(access::of_clients()))
        .nest("/portal", portal::router())
        .nest("/client-groups", client_groups::router())
        .nest("/tax-rates", tax_rates::router())
        .nest("/products", products::router())
        .nest("/coupons", coupons::router())
        .nest("/gift-cards", gift_cards::router())
        .nest("/orders", orders::router())
        .nest("/subscriptions", subscriptions::router())
        .nest("/billing-runs", billing_runs::router())
        .nest("/credit-notes", credit_notes::router())
        .nest("/proformas", proformas::router())
        .nest("/invoices", invoices::router())
        .nest("/payments", payments::router())
        .nest("/affiliates", affiliates::router())
        .nest("/dunning-strategies", dunning::strategies())
        .nest("/dunning-cases", dunning::cases())
        .nest("/dunning-runs", dunning::runs())
        .nest("/events", history::events())
        .nest("/audit", history::audit())
        .nest("/unusual", history::unusual())
        .nest("/integrity", history::integrity())
        .nest("/webhook-endpoints", webhook_endpoints::router())
        .nest("/read-models", history::read_models())
        .nest("/approvals", approvals::router())
        .nest("/settings", settings::router())
        .nest("/settings/approval-limits", approvals::limits())
        .nest("/settings/custom-fields", custom_fields::router())
        .nest("/settings/schedules", schedules::router())
        .nest("/tenants", tenants::router())
        .nest("/branding", branding::router())
        .nest("/host-names", branding::host_names())
        .nest("/accounting-periods", accounting_periods::router())
        .nest("/revenue-recognitions", revenue_recognitions::router())
        .merge(roles::catalogue())
        .merge(ledger::router())
        .merge(number_register::router())
}
