//! Orders: what clients asked for, and what came of it.

use super::list::AtCursor;
use crate::error::PageError;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::Tone;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::order;
use billfold_domain::role::Permission;
use billfold_projections::Order;
use billfold_projections::order_list::{self, Filter, OrderStatus};

use super::list::Pager;
use crate::layout::Shell;
use crate::reach::Needs;
use crate::view::{Amount, Badge, Day};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/orders.html")]
pub(crate) struct Orders {
    /// The frame.
    pub(crate) shell: Shell,
    /// Newest first.
    pub(crate) rows: Vec<OrderRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One order.
#[derive(Clone, Debug)]
pub(crate) struct OrderRow {
    /// Its page.
    pub(crate) href: String,
    /// Placed on.
    pub(crate) day: Day,
    /// Whose, with the page.
    pub(crate) client: (String, String),
    /// Placed, held, accepted, completed, cancelled.
    pub(crate) status: Badge,
    /// What, in one line.
    pub(crate) items: String,
    /// What it comes to, without tax.
    pub(crate) total: Amount,
    /// The invoice it became, with its page.
    pub(crate) invoice: Option<(String, String)>,
    /// The newest event about it.
    pub(crate) position: i64,
}

/// The list's address.
pub(super) const PATH: &str = "/admin/orders";

/// The list's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list))
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(at): Query<AtCursor>,
) -> Result<Response, PageError> {
    let scope = state.must_scope(&visitor, Needs::of_own(Permission::OrdersRead))?;
    let tenant = visitor.tenant();
    let (order, wanted) = (Order::Descending, at.wanted()?);
    let filter = Filter { scope, ..Filter::default() };
    let found = order_list::page(state.reads(), tenant, &filter, order, &wanted).await?;
    let rows = &found.value.rows;
    let names = state.names().clients(tenant, rows.iter().map(|row| row.client_id)).await?;
    let row = |row: &order_list::OrderRow| OrderRow {
        href: format!("{PATH}/{}", row.order_id),
        day: Day(row.placed_on),
        client: (
            names.get(&row.client_id).cloned().unwrap_or_default(),
            format!("/admin/clients/{}", row.client_id),
        ),
        status: badge(row.status),
        items: match row.items {
            1 => "1 position".to_owned(),
            items => format!("{items} positions"),
        },
        total: show::minor(row.total, row.currency),
        invoice: row.invoice_id.map(|id| ("Invoice".to_owned(), format!("/admin/invoices/{id}"))),
        position: row.last_position,
    };
    let rows: Vec<OrderRow> = rows.iter().map(row).collect();
    page(&Orders {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        pager: at.pager(PATH, (rows.len(), "orders"), found.value.next),
        rows,
    })
}

/// How an order stands.
pub(super) fn status(order: &order::Order) -> Badge {
    badge(match order {
        order::Order::Absent | order::Order::Placed(_) => OrderStatus::Placed,
        order::Order::Held(_) => OrderStatus::Held,
        order::Order::Accepted(_) => OrderStatus::Accepted,
        order::Order::Completed(_) => OrderStatus::Completed,
        order::Order::Cancelled(_) => OrderStatus::Cancelled,
    })
}

fn badge(status: OrderStatus) -> Badge {
    match status {
        OrderStatus::Placed => Badge::new(Tone::Blue, "Placed"),
        OrderStatus::Held => Badge::new(Tone::Amber, "Held back"),
        OrderStatus::Accepted => Badge::new(Tone::Green, "Accepted"),
        OrderStatus::Completed => Badge::new(Tone::Green, "Completed"),
        OrderStatus::Cancelled => Badge::new(Tone::Grey, "Cancelled"),
    }
}
