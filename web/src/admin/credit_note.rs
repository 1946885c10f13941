//! One credit note: what is given back, which invoices it corrects, and what became of it.

use super::credit_notes::PATH;
use super::invoice::{Line, Tax, buyer_lines, line, seller_lines, tax};
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
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::credit_note::{Corrected, CreditNote, IssuedNote, Offset};
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::{CreditNoteId, TenantId};
use billfold_domain::role::Permission;
use billfold_projections::event_index::{self, Filter};
use billfold_projections::{Order, Wanted};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/credit_note.html")]
pub(crate) struct CreditNotePage {
    /// The frame.
    pub(crate) shell: Shell,
    /// Its number.
    pub(crate) number: String,
    /// Whose, with the page.
    pub(crate) client: (String, String),
    /// Why.
    pub(crate) reason: String,
    /// The seller's lines.
    pub(crate) seller: Vec<String>,
    /// The buyer's lines; empty when erased or sealed from this reader.
    pub(crate) buyer: Vec<String>,
    /// Label and value of the dates.
    pub(crate) dates: Vec<(&'static str, Day)>,
    /// What is given back.
    pub(crate) lines: Vec<Line>,
    /// Tax by category and rate.
    pub(crate) taxes: Vec<Tax>,
    /// Without tax.
    pub(crate) net: Amount,
    /// With tax.
    pub(crate) total: Amount,
    /// The invoices it corrects.
    pub(crate) corrects: Vec<CorrectedInvoice>,
    /// The number of an unpaid invoice that it lowers, with the page, and by how much.
    pub(crate) offsets: Vec<(String, String, Amount)>,
    /// What became credit.
    pub(crate) to_credit: Amount,
    /// The event; none while the read models are behind.
    pub(crate) position: Option<i64>,
}

/// An invoice that is corrected.
#[derive(Clone, Debug)]
pub(crate) struct CorrectedInvoice {
    /// Its number as printed.
    pub(crate) number: String,
    /// Its page.
    pub(crate) href: String,
    /// Its issue date.
    pub(crate) issued: Day,
}

/// The note's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route("/admin/credit-notes/{id}", get(show_note))
}

async fn show_note(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id: CreditNoteId = id.parse().map_err(|_| PageError::NotFound)?;
    state.must_hold(&visitor, Needs::of_own(Permission::InvoicesRead), id).await?;
    let tenant = visitor.tenant();
    let head = *state.operations().head().borrow();
    let (note, _) = state.door().load::<CreditNote>(tenant, id.uuid()).await?;
    let note = note.issued().ok_or(PageError::NotFound)?;
    let mut names = state.names().clients(tenant, [note.client_id]).await?;
    page(&CreditNotePage {
        shell: visitor.shell(&state, PATH, head).await?,
        number: note.number.text.clone(),
        client: (
            names.remove(&note.client_id).unwrap_or_default(),
            format!("/admin/clients/{}", note.client_id),
        ),
        reason: note.reason.clone(),
        seller: seller_lines(&note.seller),
        buyer: buyer_lines(&state, tenant, note.buyer.as_ref()).await?,
        dates: dates(note),
        lines: note.lines.iter().map(line).collect(),
        taxes: note.tax_groups.iter().map(tax).collect(),
        net: show::money(note.net),
        total: show::money(note.total),
        corrects: note.corrects.iter().map(corrected).collect(),
        offsets: offsets(&state, tenant, note).await?,
        to_credit: show::money(note.to_credit),
        position: position(&state, tenant, id).await?,
    })
}

fn dates(note: &IssuedNote) -> Vec<(&'static str, Day)> {
    let expires = note.expires_on.map(|day| ("Credit expires", Day(day)));
    std::iter::once(("Issued", Day(note.issue_date))).chain(expires).collect()
}

fn corrected(corrected: &Corrected) -> CorrectedInvoice {
    CorrectedInvoice {
        number: corrected.number.clone(),
        href: format!("/admin/invoices/{}", corrected.invoice_id),
        issued: Day(corrected.issue_date),
    }
}

async fn offsets(
    state: &WebState,
    tenant: TenantId,
    note: &IssuedNote,
) -> Result<Vec<(String, String, Amount)>, PageError> {
    let mut offsets = Vec::new();
    for Offset { invoice_id, amount } in &note.offsets {
        let corrected = note.corrects.iter().find(|known| known.invoice_id == *invoice_id);
        let number = match corrected {
            Some(corrected) => corrected.number.clone(),
            None => {
                let (invoice, _) = state.door().load::<Invoice>(tenant, invoice_id.uuid()).await?;
                let number = invoice.document().map(|document| document.number.clone());
                number.unwrap_or_else(|| "Invoice".to_owned())
            }
        };
        offsets.push((number, format!("/admin/invoices/{invoice_id}"), show::money(*amount)));
    }
    Ok(offsets)
}

async fn position(
    state: &WebState,
    tenant: TenantId,
    id: CreditNoteId,
) -> Result<Option<i64>, PageError> {
    let filter = Filter {
        stream: Some(("credit_note".to_owned(), Some(id.uuid()))),
        order: Order::Descending,
        ..Filter::default()
    };
    let wanted = Wanted { limit: 1, ..Wanted::default() };
    let found = event_index::page(state.reads(), tenant, &filter, &wanted).await?.value.rows;
    Ok(found.first().map(|event| event.position))
}
