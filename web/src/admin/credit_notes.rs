//! Credit notes: what was given back, whether it corrects lines or takes a whole invoice back.

use super::list::{Pager, address, wanted};
use crate::error::PageError;
use crate::layout::Shell;
use crate::reach::Needs;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Amount, Day};
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::kernel::{ClientId, TenantId};
use billfold_domain::role::Permission;
use billfold_projections::Order;
use billfold_projections::credit_note_list::{self, Filter};
use serde::Deserialize;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/credit_notes.html")]
pub(crate) struct CreditNotes {
    /// The frame.
    pub(crate) shell: Shell,
    /// Latest first.
    pub(crate) rows: Vec<NoteRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One credit note.
#[derive(Clone, Debug)]
pub(crate) struct NoteRow {
    /// Its page, or that of the invoice it takes back whole.
    pub(crate) href: String,
    /// Its number as printed.
    pub(crate) number: String,
    /// Whether it takes a whole invoice back.
    pub(crate) voids: bool,
    /// Its date.
    pub(crate) day: Day,
    /// Whose, with the page.
    pub(crate) client: (String, String),
    /// Why.
    pub(crate) reason: String,
    /// With tax, in favour of the client.
    pub(crate) total: Amount,
    /// What lowered unpaid invoices.
    pub(crate) offset: Amount,
    /// What became credit.
    pub(crate) to_credit: Amount,
    /// The event.
    pub(crate) position: i64,
}

/// The list's address.
pub(super) const PATH: &str = "/admin/credit-notes";

/// The list's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    client: String,
    cursor: String,
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    let scope = state.must_scope(&visitor, Needs::of_own(Permission::InvoicesRead))?;
    let (tenant, wanted) = (visitor.tenant(), wanted(&wishes.cursor)?);
    let client = match wishes.client.as_str() {
        "" => None,
        text => Some(text.parse::<ClientId>().map_err(|_| PageError::NotFound)?),
    };
    let (filter, order) = (Filter { scope, client, ..Filter::default() }, Order::Descending);
    let found = credit_note_list::page(state.reads(), tenant, &filter, order, &wanted).await?;
    let rows = rows(&state, tenant, &found.value.rows).await?;
    let this = |cursor: &str| address(PATH, &[("client", &wishes.client), ("cursor", cursor)]);
    page(&CreditNotes {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        pager: Pager {
            text: format!("{} credit notes on this page", rows.len()),
            newer: (!wishes.cursor.is_empty()).then(|| this("")),
            older: found.value.next.map(|next| this(&next.to_string())),
        },
        rows,
    })
}

async fn rows(
    state: &WebState,
    tenant: TenantId,
    found: &[credit_note_list::CreditNoteRow],
) -> Result<Vec<NoteRow>, PageError> {
    let names = state.names().clients(tenant, found.iter().map(|row| row.client_id)).await?;
    let row = |row: &credit_note_list::CreditNoteRow| NoteRow {
        href: match row.voids {
            Some(invoice) => format!("/admin/invoices/{invoice}"),
            None => format!("{PATH}/{}", row.credit_note_id),
        },
        number: row.number.clone(),
        voids: row.voids.is_some(),
        day: Day(row.issue_date),
        client: (
            names.get(&row.client_id).cloned().unwrap_or_default(),
            format!("/admin/clients/{}", row.client_id),
        ),
        reason: row.reason.clone(),
        total: show::minor(row.total, row.currency),
        offset: show::minor(row.offset_amount, row.currency),
        to_credit: show::minor(row.to_credit, row.currency),
        position: row.last_position,
    };
    Ok(found.iter().map(row).collect())
}
