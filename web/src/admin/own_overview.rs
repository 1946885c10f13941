//! The overview of whoever looks after clients of their own: how many they are, what these owe, who
//! came last. Nothing here is counted for the whole seller (RBA-11).

use askama::Template;
use axum::response::Response;
use billfold_domain::invoice::InvoiceStatus;
use billfold_domain::role::Permission;
use billfold_projections::client_list::{self, ClientStatus};
use billfold_projections::invoice_list::{self, Sort};
use billfold_projections::paging::Total;
use billfold_projections::{Order, Scope, Wanted};

use super::clients::ClientRow;
use super::invoices::InvoiceRow;
use crate::error::PageError;
use crate::layout::Shell;
use crate::reach::Needs;
use crate::router::page;
use crate::state::WebState;
use crate::view::grouped;
use crate::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/own_overview.html")]
pub(crate) struct OwnOverview {
    /// The frame.
    pub(crate) shell: Shell,
    /// What there is how many of.
    pub(crate) figures: Vec<Counted>,
    /// What is to be paid, the longest due first.
    pub(crate) open: Vec<InvoiceRow>,
    /// Who came last; nothing for those who may not see clients.
    pub(crate) newest: Option<Vec<ClientRow>>,
}

/// How many there are of something.
#[derive(Clone, Debug)]
pub(crate) struct Counted {
    /// Of what.
    pub(crate) label: &'static str,
    /// How many, at least where there are too many to count.
    pub(crate) value: String,
    /// The class that colours it: `t1` to `t4`.
    pub(crate) tone: &'static str,
    /// Where they are.
    pub(crate) href: &'static str,
}

/// Rows of each list.
const ROWS: u32 = 8;
/// Invoices on which something is to be paid.
const OPEN: [InvoiceStatus; 3] =
    [InvoiceStatus::Open, InvoiceStatus::PartiallyPaid, InvoiceStatus::Overdue];

/// The page for somebody who may see the invoices of the clients within a scope.
pub(super) async fn show(
    state: &WebState,
    visitor: &Visitor,
    scope: Scope,
) -> Result<Response, PageError> {
    let head = *state.operations().head().borrow();
    let mut figures = Vec::new();
    let newest = match visitor.meets(Needs::of_own(Permission::ClientsRead)) {
        true => Some(newest(state, visitor, scope, &mut figures).await?),
        false => None,
    };
    let open = open(state, visitor, scope, &mut figures).await?;
    page(&OwnOverview { shell: visitor.shell(state, "/admin", head).await?, figures, open, newest })
}

async fn newest(
    state: &WebState,
    visitor: &Visitor,
    scope: Scope,
    figures: &mut Vec<Counted>,
) -> Result<Vec<ClientRow>, PageError> {
    let tenant = visitor.tenant();
    let status = Some(ClientStatus::Active);
    let filter = client_list::Filter { scope, status, ..client_list::Filter::default() };
    let wanted = Wanted { limit: ROWS, total: true, ..Wanted::default() };
    let order = Order::Descending;
    let found = client_list::page(state.reads(), tenant, &filter, order, &wanted).await?.value;
    let href = "/admin/clients?status=active";
    figures.push(counted("Active clients", found.total, "t1", href));
    super::clients::rows(state, tenant, &found.rows).await
}

async fn open(
    state: &WebState,
    visitor: &Visitor,
    scope: Scope,
    figures: &mut Vec<Counted>,
) -> Result<Vec<InvoiceRow>, PageError> {
    let (tenant, today) = (visitor.tenant(), state.today(visitor.tenant()).await?);
    let list = |status: Vec<InvoiceStatus>| invoice_list::Filter {
        scope,
        status,
        ..invoice_list::Filter::on(today)
    };
    let (order, reads) = ((Sort::DueDate, Order::Ascending), state.reads());
    let wanted = Wanted { limit: ROWS, total: true, ..Wanted::default() };
    let open = invoice_list::page(reads, tenant, &list(OPEN.to_vec()), order, &wanted).await?;
    figures.push(counted("To be paid", open.value.total, "t3", "/admin/invoices"));
    let late = list(vec![InvoiceStatus::Overdue]);
    let one = Wanted { limit: 1, ..wanted };
    let late = invoice_list::page(reads, tenant, &late, order, &one).await?.value.total;
    figures.push(counted("Overdue", late, "t4", "/admin/invoices?status=overdue"));
    super::invoices::rows(state, tenant, today, &open.value.rows).await
}

fn counted(
    label: &'static str,
    total: Option<Total>,
    tone: &'static str,
    href: &'static str,
) -> Counted {
    let value = total.map_or_else(String::new, |total| {
        let more = if total.exact { "" } else { "+" };
        format!("{}{more}", grouped(total.rows.into()))
    });
    Counted { label, value, tone, href }
}
