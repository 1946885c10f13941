//! The invoices of a client, and one of them. Drafts are not shown: they are not said yet.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::access::holds;
use billfold_domain::invoice::{Invoice as Stands, Line as Billed};
use billfold_domain::kernel::InvoiceId;
use billfold_projections::Order;
use billfold_projections::invoice_list::{self, Filter, Sort};
use chrono::NaiveDate;

use super::{Guest, Room};
use crate::admin::invoice::seller_lines;
use crate::admin::list::{AtCursor, Pager};
use crate::error::PageError;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Amount, Badge, Day};

const PATH: &str = "/portal/invoices";

/// The list.
#[derive(Debug, Template)]
#[template(path = "portal/invoices.html")]
pub(crate) struct Invoices {
    /// The frame.
    pub(crate) room: Room,
    /// Newest first.
    pub(crate) rows: Vec<InvoiceLine>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// An invoice in a list.
#[derive(Clone, Debug)]
pub(crate) struct InvoiceLine {
    /// Its page.
    pub(crate) href: String,
    /// Its number.
    pub(crate) number: String,
    /// The payment status.
    pub(crate) status: Badge,
    /// With tax.
    pub(crate) total: Amount,
    /// What is still owed.
    pub(crate) balance: Amount,
    /// The issue date.
    pub(crate) issued: Option<Day>,
    /// The due date.
    pub(crate) due: Option<Day>,
}

/// The page of one.
#[derive(Debug, Template)]
#[template(path = "portal/invoice.html")]
pub(crate) struct Invoice {
    /// The frame.
    pub(crate) room: Room,
    /// Its number.
    pub(crate) number: String,
    /// The payment status.
    pub(crate) status: Badge,
    /// The issue date.
    pub(crate) issued: Day,
    /// The due date.
    pub(crate) due: Day,
    /// Who bills, line by line.
    pub(crate) seller: Vec<String>,
    /// What was sold.
    pub(crate) lines: Vec<Line>,
    /// Net, tax and total.
    pub(crate) sums: Vec<(&'static str, Amount)>,
    /// What is still owed.
    pub(crate) balance: Amount,
}

/// One line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// What was sold.
    pub(crate) description: String,
    /// The days it covers.
    pub(crate) period: String,
    /// How much.
    pub(crate) quantity: String,
    /// Without tax.
    pub(crate) net: Amount,
}

/// The addresses.
pub(super) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list)).route("/portal/invoices/{id}", get(one))
}

async fn list(
    State(state): State<WebState>,
    guest: Guest,
    Query(at): Query<AtCursor>,
) -> Result<Response, PageError> {
    let tenant = guest.tenant();
    let today = state.today(tenant).await?;
    let filter = Filter { scope: guest.scope(), issued_only: true, ..Filter::on(today) };
    let (order, wanted) = ((Sort::IssueDate, Order::Descending), at.wanted()?);
    let found = invoice_list::page(state.reads(), tenant, &filter, order, &wanted).await?.value;
    page(&Invoices {
        room: guest.room(&state, PATH).await?,
        pager: at.pager(PATH, (found.rows.len(), "invoices"), found.next),
        rows: found.rows.iter().map(|row| InvoiceLine::of(row, today)).collect(),
    })
}

async fn one(
    State(state): State<WebState>,
    guest: Guest,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (tenant, id) = (guest.tenant(), id.parse::<InvoiceId>().map_err(|_| PageError::NotFound)?);
    if !holds(state.door(), tenant, guest.scope(), id).await? {
        return Err(PageError::NotFound);
    }
    let (invoice, _) = state.door().load::<Stands>(tenant, id.uuid()).await?;
    let document = invoice.document().ok_or(PageError::NotFound)?;
    let today = state.today(tenant).await?;
    page(&Invoice {
        room: guest.room(&state, PATH).await?,
        number: document.number.clone(),
        status: show::status(invoice.status(today)),
        issued: Day(document.issue_date),
        due: Day(document.due_date),
        seller: seller_lines(&document.seller),
        lines: document.lines.iter().map(Line::of).collect(),
        sums: vec![
            ("Net", show::money(document.net)),
            ("Tax", show::money(document.tax)),
            ("Total", show::money(document.total)),
        ],
        balance: show::money(document.balance_due),
    })
}

impl InvoiceLine {
    pub(super) fn of(row: &invoice_list::InvoiceRow, today: NaiveDate) -> Self {
        Self {
            href: format!("{PATH}/{}", row.invoice_id),
            number: row.number.clone().unwrap_or_default(),
            status: show::status(row.status(today)),
            total: show::minor(row.total, row.currency),
            balance: show::minor(row.balance_due, row.currency),
            issued: row.issue_date.map(Day),
            due: row.due_date.map(Day),
        }
    }
}

impl Line {
    fn of(line: &Billed) -> Self {
        Self {
            description: line.description.clone(),
            period: line.period.map(show::period).unwrap_or_default(),
            quantity: line.quantity.to_string(),
            net: show::money(line.net),
        }
    }
}
