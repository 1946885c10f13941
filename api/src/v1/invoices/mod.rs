//! Invoices: drafts, and documents that no longer change.
//!
//! Guarantees: totals of a draft are computed by the code that issues it; a read of one invoice is
//! its newest state, whatever the read side has reached, or its state as of a past position or
//! instant.

mod coupon;
mod credit;
mod debit;
mod draft;
mod history;
mod list;
mod money;
mod preview;
mod read;
mod refund;
mod settle;

pub(super) use settle::{InvoiceIssued, WireReason};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_invoices, draft::draft_invoice))
        .routes(routes!(preview::preview_invoice))
        .routes(routes!(read::read_invoice))
        .routes(routes!(draft::add_line, draft::replace_lines))
        .routes(routes!(draft::remove_line))
        .routes(routes!(draft::set_due_date))
        .routes(routes!(draft::discard_draft))
        .routes(routes!(coupon::apply_coupon))
        .routes(routes!(coupon::take_coupon_off))
        .routes(routes!(settle::issue_invoice))
        .routes(routes!(settle::void_invoice))
        .routes(routes!(credit::credit_invoice))
        .routes(routes!(credit::preview_credit_note))
        .routes(routes!(debit::debit_invoice))
        .routes(routes!(settle::write_off_invoice))
        .routes(routes!(money::pay_invoice))
        .routes(routes!(money::apply_credit))
        .routes(routes!(money::charge_invoice))
        .routes(routes!(refund::refund_invoice))
        .routes(routes!(history::list_invoice_payments))
        .routes(routes!(history::list_invoice_events))
        .routes(routes!(history::read_document))
}
