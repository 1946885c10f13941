//! A saved draft opened again: its lines and its due date, saved together.
//!
//! Guarantee: what somebody else saved meanwhile is never overwritten; the form carries the version
//! it was opened at, and a newer one refuses. Absent on purpose: client and currency, which a draft
//! keeps.

use askama::Template as _;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use billfold_app::commands::invoices::ReviseDraft;
use billfold_domain::invoice::{DraftInvoice, Invoice};
use billfold_domain::kernel::InvoiceId;

use super::invoice;
use super::invoice_actions::{READ, WRITES, parse};
use super::invoice_form::{InvoiceForm, SAVE, due_field};
use super::invoice_lines::{self, Terms, Typed};
use super::list::{address, day};
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::router::{go, page, refused};
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};

/// The form's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route("/admin/invoices/{id}/edit", get(open).post(save))
        .route("/admin/invoices/{id}/edit/lines", post(lines))
}

/// The draft as it is saved, and as it is typed.
struct Edit {
    id: InvoiceId,
    saved: DraftInvoice,
    /// The version of the log that the form was opened at.
    version: i64,
    typed: Vec<Typed>,
    due_date: String,
}

impl Edit {
    /// The saved draft; none once it is issued or discarded.
    async fn open(
        state: &WebState,
        visitor: &Visitor,
        id: InvoiceId,
    ) -> Result<Option<Edit>, PageError> {
        state.must_hold(visitor, WRITES, id).await?;
        let (known, version) = state.door().load::<Invoice>(visitor.tenant(), id.uuid()).await?;
        let saved = match known {
            Invoice::Absent => return Err(PageError::NotFound),
            Invoice::Draft(draft) => draft,
            _ => return Ok(None),
        };
        let mut typed: Vec<Typed> = saved.lines.iter().map(Typed::from).collect();
        if typed.is_empty() {
            typed.push(Typed::default());
        }
        let due_date = saved.due_date.map(|day| day.to_string()).unwrap_or_default();
        Ok(Some(Edit { id, saved, version, typed, due_date }))
    }

    /// The same with what a form says, over the draft as it was when the form was opened: so a form
    /// that is sent twice says the same twice.
    async fn sent(
        self,
        state: &WebState,
        visitor: &Visitor,
        fields: &Fields,
    ) -> Result<Edit, PageError> {
        let version: i64 = fields.one("version").parse().map_err(|_| {
            PageError::Malformed("The form has lost its version. Open it again.".to_owned())
        })?;
        let (typed, due_date) = (invoice_lines::sent(fields), fields.one("due_date").to_owned());
        let saved = if version == self.version {
            self.saved
        } else {
            match invoice::at_version(state, visitor.tenant(), self.id, version).await? {
                Invoice::Draft(then) => then,
                _ => self.saved,
            }
        };
        Ok(Edit { id: self.id, saved, version, typed, due_date })
    }

    async fn terms(&self, state: &WebState, visitor: &Visitor) -> Result<Terms<'_>, PageError> {
        let country = state.door().settings(visitor.tenant()).await?.country;
        Ok(Terms { currency: self.saved.currency, country, saved: &self.saved.lines })
    }

    async fn form(
        &self,
        state: &WebState,
        visitor: &Visitor,
        wrong: &Wrong,
    ) -> Result<InvoiceForm, PageError> {
        let head = *state.operations().head().borrow();
        let (client, currency) = (self.saved.client_id, self.saved.currency);
        let names = state.names().clients(visitor.tenant(), [client]).await?;
        let back = format!("/admin/invoices/{}", self.id);
        let terms = self.terms(state, visitor).await?;
        let (lines, totals) = invoice_lines::editor(&self.typed, terms, wrong);
        Ok(InvoiceForm {
            shell: visitor.shell(state, "/admin/invoices", head).await?,
            title: "Edit draft".to_owned(),
            facts: vec![
                names.get(&client).cloned().unwrap_or_default(),
                format!("{} · {}", currency.code(), currency.name()),
            ],
            action: format!("{back}/edit"),
            back,
            button: SAVE,
            key: new_key(),
            version: self.version.to_string(),
            error: wrong.whole.clone(),
            head: vec![due_field(&self.due_date, wrong)],
            lines,
            totals,
        })
    }
}

async fn open(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id = parse(&id)?;
    let Some(edit) = Edit::open(&state, &visitor, id).await? else { return Ok(closed(id)) };
    page(&edit.form(&state, &visitor, &Wrong::default()).await?)
}

/// The form again, with a line more or less, or with its totals.
async fn lines(
    State(state): State<WebState>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let id = parse(&id)?;
    let Some(edit) = Edit::open(&state, &visitor, id).await? else { return Ok(closed(id)) };
    let edit = edit.sent(&state, &visitor, &fields).await?;
    let form = edit.form(&state, &visitor, &Wrong::default()).await?;
    if visitor.partial {
        return Ok(Html(form.as_editor().render()?).into_response());
    }
    page(&form)
}

async fn save(
    State(state): State<WebState>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let (invoice_id, key) = (parse(&id)?, fields.key()?);
    let Some(edit) = Edit::open(&state, &visitor, invoice_id).await? else {
        return Ok(closed(invoice_id));
    };
    let edit = edit.sent(&state, &visitor, &fields).await?;
    let mut wrong = Wrong::default();
    let due_date = day(&edit.due_date);
    match due_date {
        Err(_) => wrong.at("due_date", "is no day"),
        Ok(None) if edit.saved.due_date.is_some() => {
            wrong.at("due_date", "a due date that was set can be moved, not taken away");
        }
        Ok(_) => {}
    }
    let lines = invoice_lines::read(&edit.typed, edit.terms(&state, &visitor).await?, &mut wrong);
    if !wrong.is_none() {
        return refused(&edit.form(&state, &visitor, &wrong).await?);
    }
    let lines = lines.into_iter().flatten().map(Into::into).collect();
    let due_date = due_date.unwrap_or_default();
    let ask = visitor.ask(&key, ReviseDraft { invoice_id, lines, due_date }).expect(edit.version);
    match state.command(ask, &READ).await {
        Ok((_, seen)) => {
            let to = format!("/admin/invoices/{invoice_id}");
            Ok(go(&address(&to, &[("done", seen.word("revised"))])))
        }
        Err(billfold_app::Error::Conflict { .. }) => {
            let whole = "Somebody else changed this draft after you opened it, so nothing of this \
                         page was saved. Note what you typed, open the draft again and enter it \
                         there.";
            wrong.whole = whole.to_owned();
            refused(&edit.form(&state, &visitor, &wrong).await?)
        }
        Err(error) => {
            let wrong = Wrong::from_error(error)?;
            refused(&edit.form(&state, &visitor, &wrong).await?)
        }
    }
}

/// Back to an invoice that is no draft any more.
fn closed(id: InvoiceId) -> Response {
    go(&address(&format!("/admin/invoices/{id}"), &[("done", "no-draft")]))
}
