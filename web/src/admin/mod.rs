//! The admin pages, one a file: what the page shows, how it is asked for, what its forms send.

use axum::Router;

use crate::state::WebState;

pub(crate) mod affiliate;
pub(crate) mod affiliates;
pub(crate) mod api_keys;
pub(crate) mod approval;
pub(crate) mod audit;
pub(crate) mod avatars;
pub(crate) mod billing_run;
pub(crate) mod billing_runs;
pub(crate) mod client;
mod client_field;
pub(crate) mod client_form;
pub(crate) mod client_groups;
pub(crate) mod clients;
pub(crate) mod confirm;
pub(crate) mod coupon;
pub(crate) mod coupons;
pub(crate) mod credit_note;
pub(crate) mod credit_notes;
mod custom_fields;
pub(crate) mod deed;
pub(crate) mod departments;
pub(crate) mod dunning;
pub(crate) mod events;
mod expire_gift_cards;
pub(crate) mod fault;
mod forgot_password;
pub(crate) mod gift_card;
pub(crate) mod gift_cards;
pub(crate) mod integrity;
pub(crate) mod invoice;
mod invoice_actions;
pub(crate) mod invoice_credit;
mod invoice_debit;
mod invoice_edit;
pub(crate) mod invoice_form;
pub(crate) mod invoice_lines;
pub(crate) mod invoices;
pub(crate) mod journal;
pub(crate) mod list;
pub(crate) mod number_register;
pub(crate) mod order;
pub(crate) mod orders;
pub(crate) mod overview;
mod own_overview;
pub(crate) mod payment;
pub(crate) mod payments;
pub(crate) mod periods;
pub(crate) mod product;
pub(crate) mod products;
pub(crate) mod proformas;
pub(crate) mod projections;
mod recognise;
mod resellers;
mod reset_password;
pub(crate) mod rights;
pub(crate) mod roles;
pub(crate) mod schedules;
pub(crate) mod search;
pub(crate) mod security;
pub(crate) mod settings;
pub(crate) mod sign_in;
mod sign_in_with;
pub(crate) mod staff;
pub(crate) mod staff_member;
pub(crate) mod subscription;
pub(crate) mod subscriptions;
pub(crate) mod tax_rates;
pub(crate) mod tenants;
pub(crate) mod test_clock;
pub(crate) mod timeline;
pub(crate) mod trial_balance;
pub(crate) mod unusual;
pub(crate) mod webhook;

/// Every page.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .merge(overview::routes())
        .merge(clients::routes())
        .merge(avatars::routes())
        .merge(client_form::routes())
        .merge(client::routes())
        .merge(invoices::routes())
        .merge(invoice::routes())
        .merge(invoice_credit::routes())
        .merge(invoice_debit::routes())
        .merge(invoice_form::routes())
        .merge(invoice_edit::routes())
        .merge(subscriptions::routes())
        .merge(subscription::routes())
        .merge(billing_runs::routes())
        .merge(billing_run::routes())
        .merge(test_clock::routes())
        .merge(payments::routes())
        .merge(payment::routes())
        .merge(credit_notes::routes())
        .merge(credit_note::routes())
        .merge(proformas::routes())
        .merge(dunning::routes())
        .merge(orders::routes())
        .merge(order::routes())
        .merge(number_register::routes())
        .merge(products::routes())
        .merge(product::routes())
        .merge(tax_rates::routes())
        .merge(client_groups::routes())
        .merge(coupons::routes())
        .merge(coupon::routes())
        .merge(gift_cards::routes())
        .merge(gift_card::routes())
        .merge(expire_gift_cards::routes())
        .merge(affiliates::routes())
        .merge(affiliate::routes())
        .merge(custom_fields::routes())
        .merge(journal::routes())
        .merge(recognise::routes())
        .merge(periods::routes())
        .merge(trial_balance::routes())
        .merge(events::routes())
        .merge(projections::routes())
        .merge(audit::routes())
        .merge(unusual::routes())
        .merge(integrity::routes())
        .merge(approval::routes())
        .merge(webhook::routes())
        .merge(api_keys::routes())
        .merge(staff::routes())
        .merge(staff_member::routes())
        .merge(roles::routes())
        .merge(rights::routes())
        .merge(departments::routes())
        .merge(resellers::routes())
        .merge(settings::routes())
        .merge(tenants::routes())
        .merge(forgot_password::routes())
        .merge(reset_password::routes())
        .merge(schedules::routes())
        .merge(search::routes())
        .merge(security::routes())
        .merge(sign_in::routes())
        .merge(sign_in_with::routes())
}

#[cfg(test)]
mod affiliate_samples;
#[cfg(test)]
mod api_key_samples;
#[cfg(test)]
mod approval_samples;
#[cfg(test)]
mod catalogue_samples;
#[cfg(test)]
mod discount_samples;
#[cfg(test)]
mod dunning_samples;
#[cfg(test)]
mod more_samples;
#[cfg(test)]
mod run_samples;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod schedule_samples;
#[cfg(test)]
mod security_samples;
#[cfg(test)]
mod staff_samples;
#[cfg(test)]
mod subscription_samples;
#[cfg(test)]
mod tax_samples;
#[cfg(test)]
mod tenant_samples;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unusual_samples;
