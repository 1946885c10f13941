//! What a client owes and has, and what is to be paid.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use billfold_domain::invoice::InvoiceStatus;
use billfold_projections::invoice_list::{self, Filter, Sort};
use billfold_projections::{Order, Wanted, client_list};

use super::guest::PORTAL;
use super::invoices::InvoiceLine;
use super::{Guest, Room};
use crate::error::PageError;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::Amount;

/// The page.
#[derive(Debug, Template)]
#[template(path = "portal/overview.html")]
pub(crate) struct Overview {
    /// The frame.
    pub(crate) room: Room,
    /// What is owed and what is had, per currency.
    pub(crate) balances: Vec<(Amount, Amount)>,
    /// Invoices that are to be paid, the oldest debt first.
    pub(crate) rows: Vec<InvoiceLine>,
}

/// The page's address.
pub(super) fn routes() -> Router<WebState> {
    Router::new().route(PORTAL, get(show))
}

async fn show(State(state): State<WebState>, guest: Guest) -> Result<Response, PageError> {
    let tenant = guest.tenant();
    let today = state.today(tenant).await?;
    let filter = Filter {
        scope: guest.scope(),
        issued_only: true,
        status: vec![InvoiceStatus::Open, InvoiceStatus::PartiallyPaid, InvoiceStatus::Overdue],
        ..Filter::on(today)
    };
    let order = (Sort::DueDate, Order::Ascending);
    let wanted = Wanted { limit: 20, ..Wanted::default() };
    let found = invoice_list::page(state.reads(), tenant, &filter, order, &wanted).await?;
    let balances = client_list::balances(state.reads(), tenant, &[guest.client]).await?.value;
    let balance = |row: &client_list::ClientBalanceRow| {
        (show::minor(row.receivable, row.currency), show::minor(row.credit, row.currency))
    };
    page(&Overview {
        room: guest.room(&state, PORTAL).await?,
        balances: balances.iter().map(balance).collect(),
        rows: found.value.rows.iter().map(|row| InvoiceLine::of(row, today)).collect(),
    })
}
