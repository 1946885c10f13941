//! Dunning: the cases of unpaid invoices, one case with what comes next, and the strategies.

mod actions;
pub(crate) mod case;
pub(crate) mod cases;
pub(crate) mod strategies;
mod strategy_actions;
pub(crate) mod strategy_form;
mod words;

use axum::Router;
use billfold_domain::kernel::{InvoiceId, TenantId};
use billfold_projections::dunning_case_list::{self, CaseStatus, Filter};
use billfold_projections::{Order, Wanted};

use crate::error::PageError;
use crate::state::WebState;
use crate::view::Badge;

/// Every address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .merge(cases::routes())
        .merge(case::routes())
        .merge(strategies::routes())
        .merge(strategy_form::routes())
}

/// How the case of an invoice stands that goes on, with its page; nothing if there is none.
pub(crate) async fn mark(
    state: &WebState,
    tenant: TenantId,
    invoice: InvoiceId,
    as_of: Option<i64>,
) -> Result<Option<(Badge, String)>, PageError> {
    if as_of.is_some() {
        return Ok(None);
    }
    let filter = Filter { invoice: Some(invoice), ..Filter::default() };
    let wanted = Wanted { limit: 1, ..Wanted::default() };
    let order = Order::Descending;
    let found = dunning_case_list::page(state.reads(), tenant, &filter, order, &wanted).await?;
    let case = found.value.rows.first().filter(|case| case.status != CaseStatus::Stopped);
    Ok(case.map(|case| (words::status(case.status), format!("{}/{}", cases::PATH, case.case_id))))
}
