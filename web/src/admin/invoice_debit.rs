//! A debit correction as it is written: what was missing on an issued invoice, with totals from the
//! code that issues it (INV-11).
//!
//! Guarantee: it is issued for the invoice that was shown; one that changed since is refused.
//! Absent on purpose: choosing a currency or a client, which are those of the corrected invoice.

use askama::Template as _;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use billfold_app::commands::Ask;
use billfold_app::commands::invoices::DebitInvoice;
use billfold_app::commands::tax_rates::AskedLine;
use billfold_domain::invoice::{Document, Invoice as Stands};
use billfold_domain::kernel::InvoiceId;

use super::invoice_actions::{READ, WRITES, parse};
use super::invoice_form::{InvoiceForm, due_field};
use super::invoice_lines::{self, Terms, Typed};
use super::list::{address, day};
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::router::{go, page, refused};
use crate::show;
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};

/// The form's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route("/admin/invoices/{id}/debit", get(blank).post(send))
        .route("/admin/invoices/{id}/debit/lines", post(lines))
}

/// An issued invoice that is to be corrected.
struct Known {
    id: InvoiceId,
    document: Box<Document>,
    version: i64,
}

impl Known {
    async fn load(state: &WebState, visitor: &Visitor, id: &str) -> Result<Self, PageError> {
        let id = parse(id)?;
        state.must_hold(visitor, WRITES, id).await?;
        let (known, version) = state.door().load::<Stands>(visitor.tenant(), id.uuid()).await?;
        let document = known.document().cloned().map(Box::new).ok_or(PageError::NotFound)?;
        Ok(Self { id, document, version })
    }
}

/// A form as typed.
struct Draft {
    lines: Vec<Typed>,
    due_date: String,
    reason: String,
    version: String,
}

impl Draft {
    fn of(fields: &Fields) -> Draft {
        Draft {
            lines: invoice_lines::sent(fields),
            due_date: fields.one("due_date").to_owned(),
            reason: fields.one("reason").to_owned(),
            version: fields.one("version").to_owned(),
        }
    }
}

async fn blank(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let known = Known::load(&state, &visitor, &id).await?;
    let draft = Draft {
        lines: vec![Typed::default()],
        due_date: String::new(),
        reason: String::new(),
        version: known.version.to_string(),
    };
    page(&form(&state, &visitor, &known, &draft, &Wrong::default()).await?)
}

/// The form again, with a line more or less, or with its totals.
async fn lines(
    State(state): State<WebState>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let known = Known::load(&state, &visitor, &id).await?;
    let form = form(&state, &visitor, &known, &Draft::of(&fields), &Wrong::default()).await?;
    if visitor.partial {
        return Ok(Html(form.as_editor().render()?).into_response());
    }
    page(&form)
}

async fn send(
    State(state): State<WebState>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let known = Known::load(&state, &visitor, &id).await?;
    let draft = Draft::of(&fields);
    let country = state.door().settings(visitor.tenant()).await?.country;
    let mut wrong = Wrong::default();
    let due_date = day(&draft.due_date);
    if due_date.is_err() {
        wrong.at("due_date", "is no day");
    }
    let currency = known.document.total.currency();
    let terms = Terms { currency, country, saved: &[] };
    let lines = invoice_lines::read(&draft.lines, terms, &mut wrong);
    if let (Ok(due_date), true) = (due_date, wrong.is_none()) {
        let debit = DebitInvoice {
            invoice_id: known.id,
            lines: lines.into_iter().flatten().map(AskedLine::from).collect(),
            due_date,
            reason: draft.reason.clone(),
        };
        let ask = visitor.ask(&fields.key()?, debit);
        let ask = Ask { expect: draft.version.parse().ok(), ..ask };
        match state.command(ask, &READ).await {
            Ok((done, seen)) => {
                let to = format!("/admin/invoices/{}", done.answer.invoice_id);
                return Ok(go(&address(&to, &[("done", seen.word("issued"))])));
            }
            Err(error) => wrong = Wrong::from_error(error)?,
        }
    }
    refused(&form(&state, &visitor, &known, &draft, &wrong).await?)
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    known: &Known,
    draft: &Draft,
    wrong: &Wrong,
) -> Result<InvoiceForm, PageError> {
    let settings = state.door().settings(visitor.tenant()).await?;
    let head = *state.operations().head().borrow();
    let (document, back) = (&known.document, format!("/admin/invoices/{}", known.id));
    let currency = document.total.currency();
    let terms = Terms { currency, country: settings.country, saved: &[] };
    let (lines, totals) = invoice_lines::editor(&draft.lines, terms, wrong);
    let names = state.names().clients(visitor.tenant(), [document.client_id]).await?;
    Ok(InvoiceForm {
        shell: visitor.shell(state, "/admin/invoices", head).await?,
        title: "Debit correction".to_owned(),
        facts: vec![
            format!("Corrects {} upwards", document.number),
            names.get(&document.client_id).cloned().unwrap_or_default(),
            format!("Billed before {}", show::money(document.total).plain()),
        ],
        action: format!("{back}/debit"),
        back,
        button: "Issue debit correction",
        key: new_key(),
        version: draft.version.clone(),
        error: wrong.whole.clone(),
        head: vec![
            Field::input("reason", "Reason", "text")
                .with(&draft.reason)
                .hint("Stands on the document and in the audit log; no personal data")
                .required()
                .wrong(wrong.of("reason")),
            due_field(&draft.due_date, wrong),
        ],
        lines,
        totals,
    })
}
