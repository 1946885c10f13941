//! Invoices: filtered by state, client, day and text; paged by cursor; the filter is the address.

use super::list::{address, day, wanted};
use crate::error::PageError;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::invoice::InvoiceStatus;
use billfold_domain::kernel::{ClientId, TenantId};
use billfold_domain::role::Permission;
use billfold_projections::invoice_list::{self, Count, Filter, Sort};
use billfold_projections::{Order, Scope};
use chrono::NaiveDate;
use serde::Deserialize;

use super::list::{Chip, Pager};
use crate::layout::Shell;
use crate::reach::Needs;
use crate::view::{Amount, Badge, Day};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/invoices.html", blocks = ["list"])]
pub(crate) struct Invoices {
    /// The frame.
    pub(crate) shell: Shell,
    /// One per state, with its count.
    pub(crate) chips: Vec<Chip>,
    /// The state in force.
    pub(crate) status: String,
    /// The text in force: a number, or its beginning.
    pub(crate) q: String,
    /// Issued on or after.
    pub(crate) from: String,
    /// Issued on or before.
    pub(crate) to: String,
    /// Newest first.
    pub(crate) rows: Vec<InvoiceRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One invoice in a list.
#[derive(Clone, Debug)]
pub(crate) struct InvoiceRow {
    /// Its page.
    pub(crate) href: String,
    /// Its number, or `Draft`.
    pub(crate) number: String,
    /// The client's name.
    pub(crate) client: String,
    /// The client's page.
    pub(crate) client_href: String,
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
    /// The newest event about it.
    pub(crate) position: i64,
}

const PATH: &str = "/admin/invoices";

/// The list's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    status: String,
    client: String,
    q: String,
    from: String,
    to: String,
    cursor: String,
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    let scope = state.must_scope(&visitor, Needs::of_own(Permission::InvoicesRead))?;
    let tenant = visitor.tenant();
    let today = state.today(tenant).await?;
    let filter = Filter { scope, ..filter(&wishes, today)? };
    let wanted = wanted(&wishes.cursor)?;
    let order = (Sort::IssueDate, Order::Descending);
    let found = invoice_list::page(state.reads(), tenant, &filter, order, &wanted).await?;
    let counts = match scope {
        Scope::Seller => Some(invoice_list::counts(state.reads(), tenant, today).await?.value),
        _ => None,
    };
    let older = found.value.next.map(|next| wishes.address(&wishes.status, &next.to_string()));
    let shown = found.value.rows.len();
    let newer = (!wishes.cursor.is_empty()).then(|| wishes.address(&wishes.status, ""));
    page(&Invoices {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        chips: chips(&wishes, counts.as_deref()),
        rows: rows(&state, tenant, today, &found.value.rows).await?,
        pager: Pager { text: format!("{shown} invoices on this page"), newer, older },
        status: wishes.status,
        q: wishes.q,
        from: wishes.from,
        to: wishes.to,
    })
}

fn filter(wishes: &Wishes, today: NaiveDate) -> Result<Filter, PageError> {
    let known = InvoiceStatus::ALL.into_iter().find(|status| status.word() == wishes.status);
    let client = match wishes.client.as_str() {
        "" => None,
        text => Some(text.parse::<ClientId>().map_err(|_| PageError::NotFound)?),
    };
    let number = Some(wishes.q.trim()).filter(|q| !q.is_empty()).map(str::to_uppercase);
    Ok(Filter {
        status: known.into_iter().collect(),
        client,
        number,
        issued_from: day(&wishes.from)?,
        issued_to: day(&wishes.to)?,
        ..Filter::on(today)
    })
}

/// One per state: of the whole seller those that have invoices, of fewer clients all of them, since
/// only the former are counted.
fn chips(wishes: &Wishes, counts: Option<&[Count]>) -> Vec<Chip> {
    let count = |wanted: Option<InvoiceStatus>| {
        let rows = counts?.iter().filter(|count| wanted.is_none_or(|word| count.status == word));
        Some(rows.map(|count| count.invoices).sum::<i64>())
    };
    let chip = |label: &str, status: Option<InvoiceStatus>| {
        let word = status.map_or("", InvoiceStatus::word);
        Chip {
            label: label.to_owned(),
            // A filter by client or text makes the counts of the whole books meaningless.
            count: count(status).filter(|_| wishes.client.is_empty() && wishes.q.is_empty()),
            href: wishes.address(word, ""),
            on: wishes.status == word,
        }
    };
    let shown = InvoiceStatus::ALL
        .into_iter()
        .filter(|status| count(Some(*status)) != Some(0) || wishes.status == status.word());
    let words = shown.map(|status| chip(&show::words(status.word()), Some(status)));
    std::iter::once(chip("All", None)).chain(words).collect()
}

impl Wishes {
    /// The same list in another state or on another page.
    fn address(&self, status: &str, cursor: &str) -> String {
        address(
            PATH,
            &[
                ("status", status),
                ("client", &self.client),
                ("q", &self.q),
                ("from", &self.from),
                ("to", &self.to),
                ("cursor", cursor),
            ],
        )
    }
}

/// Invoices as rows, with the names of their clients.
pub(crate) async fn rows(
    state: &WebState,
    tenant: TenantId,
    today: NaiveDate,
    found: &[invoice_list::InvoiceRow],
) -> Result<Vec<InvoiceRow>, PageError> {
    let names = state.names().clients(tenant, found.iter().map(|row| row.client_id)).await?;
    let row = |row: &invoice_list::InvoiceRow| InvoiceRow {
        href: format!("{PATH}/{}", row.invoice_id),
        number: row.number.clone().unwrap_or_else(|| "Draft".to_owned()),
        client: names.get(&row.client_id).cloned().unwrap_or_default(),
        client_href: format!("/admin/clients/{}", row.client_id),
        status: show::status(row.status(today)),
        total: show::minor(row.total, row.currency),
        balance: show::minor(row.balance_due, row.currency),
        issued: row.issue_date.map(Day),
        due: row.due_date.map(Day),
        position: row.last_position,
    };
    Ok(found.iter().map(row).collect())
}
