//! A draft as it is written: client, dates, lines; totals come from the code that later issues the
//! invoice.

use super::client_field::{self, About};
use super::invoice_actions::{READ, WRITES};
use super::invoice_lines::{self, LineFields, Terms, Totals, Typed};
use super::list::{address, day};
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::router::{go, page, refused};
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use billfold_app::commands::invoices::DraftInvoice;
use billfold_domain::kernel::Currency;
use billfold_projections::Scope;

use crate::form::Field;
use crate::layout::Shell;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/invoice/form.html", blocks = ["editor"])]
pub(crate) struct InvoiceForm {
    /// The frame.
    pub(crate) shell: Shell,
    /// `New invoice` or `Edit draft`.
    pub(crate) title: String,
    /// What is said of it under the title.
    pub(crate) facts: Vec<String>,
    /// Where the form goes; its preview is below it, at `/lines`.
    pub(crate) action: String,
    /// Where "cancel" goes.
    pub(crate) back: String,
    /// On the button that sends it.
    pub(crate) button: &'static str,
    /// The command's key.
    pub(crate) key: String,
    /// The version that was seen, for a saved draft.
    pub(crate) version: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Client, currency, due date; only the last for a saved draft.
    pub(crate) head: Vec<Field>,
    /// At least one.
    pub(crate) lines: Vec<LineFields>,
    /// Totals of the lines that are complete.
    pub(crate) totals: Option<Totals>,
}

const PATH: &str = "/admin/invoices/new";
/// On the button of a draft.
pub(super) const SAVE: &str = "Save draft";
const NO_NUMBER: &str = "A draft has no number; it takes the next one when it is issued";

/// The form's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(blank).post(save)).route("/admin/invoices/new/lines", post(lines))
}

async fn blank(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(about): Query<About>,
) -> Result<Response, PageError> {
    let draft = Draft { client: about.client, lines: vec![Typed::default()], ..Draft::default() };
    page(&form(&state, &visitor, &draft, &Wrong::default()).await?)
}

/// The form again, with a line more or less, or with its totals.
async fn lines(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let form = form(&state, &visitor, &Draft::of(&fields), &Wrong::default()).await?;
    if visitor.partial {
        return Ok(Html(form.as_editor().render()?).into_response());
    }
    page(&form)
}

async fn save(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let scope = state.must_scope(&visitor, WRITES)?;
    let draft = Draft::of(&fields);
    let key = fields.key()?;
    let settings = state.door().settings(visitor.tenant()).await?;
    let mut wrong = Wrong::default();
    let client_id = client_field::read(&state, &visitor, scope, &draft.client, &mut wrong).await?;
    let due_date = day(&draft.due_date);
    if due_date.is_err() {
        wrong.at("due_date", "is no day");
    }
    let currency = Currency::parse(&draft.currency);
    if let Err(error) = &currency {
        wrong.at("currency", error.to_string());
    }
    let currency = currency.unwrap_or(settings.currency);
    let terms = Terms { currency, country: settings.country, saved: &[] };
    let lines = invoice_lines::read(&draft.lines, terms, &mut wrong);
    if let (Some(client_id), Ok(due_date), true) = (client_id, due_date, wrong.is_none()) {
        let command = DraftInvoice {
            invoice_id: None,
            client_id,
            order_id: None,
            tax: None,
            currency: Some(currency),
            lines: lines.into_iter().flatten().map(Into::into).collect(),
            due_date,
        };
        match state.command(visitor.ask(&key, command), &READ).await {
            Ok((done, seen)) => {
                let to = format!("/admin/invoices/{}", done.answer.invoice_id);
                return Ok(go(&address(&to, &[("done", seen.word("draft"))])));
            }
            Err(error) => wrong = Wrong::from_error(error)?,
        }
    }
    refused(&form(&state, &visitor, &draft, &wrong).await?)
}

/// A form as typed.
#[derive(Clone, Debug, Default)]
struct Draft {
    client: String,
    currency: String,
    due_date: String,
    lines: Vec<Typed>,
}

impl Draft {
    fn of(fields: &Fields) -> Draft {
        Draft {
            client: fields.one("client").to_owned(),
            currency: fields.one("currency").to_owned(),
            due_date: fields.one("due_date").to_owned(),
            lines: invoice_lines::sent(fields),
        }
    }
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    draft: &Draft,
    wrong: &Wrong,
) -> Result<InvoiceForm, PageError> {
    let scope = state.must_scope(visitor, WRITES)?;
    let settings = state.door().settings(visitor.tenant()).await?;
    let head = *state.operations().head().borrow();
    let currency = Currency::parse(&draft.currency).unwrap_or(settings.currency);
    let terms = Terms { currency, country: settings.country, saved: &[] };
    let (lines, totals) = invoice_lines::editor(&draft.lines, terms, wrong);
    Ok(InvoiceForm {
        shell: visitor.shell(state, "/admin/invoices", head).await?,
        title: "New invoice".to_owned(),
        facts: vec![NO_NUMBER.to_owned()],
        action: PATH.to_owned(),
        back: "/admin/invoices".to_owned(),
        button: SAVE,
        key: new_key(),
        version: String::new(),
        error: wrong.whole.clone(),
        head: head_fields(state, (visitor, scope), draft, currency, wrong).await?,
        lines,
        totals,
    })
}

async fn head_fields(
    state: &WebState,
    (visitor, scope): (&Visitor, Scope),
    draft: &Draft,
    currency: Currency,
    wrong: &Wrong,
) -> Result<Vec<Field>, PageError> {
    let currencies = Currency::all().map(|currency| (currency.code(), currency.name()));
    Ok(vec![
        client_field::ask(state, visitor, scope, &draft.client).await?.wrong(wrong.of("client")),
        Field::choice("currency", "Currency", super::clients::choices(currencies))
            .with(currency.code())
            .wrong(wrong.of("currency")),
        due_field(&draft.due_date, wrong),
    ])
}

/// The last day to pay, as typed.
pub(super) fn due_field(typed: &str, wrong: &Wrong) -> Field {
    Field::input("due_date", "Due date", "date")
        .with(typed)
        .hint("Empty: by your payment term, counted from issue")
        .wrong(wrong.of("due_date"))
}
