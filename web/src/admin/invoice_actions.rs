//! What may be done with an invoice: issue, void, write off, discard; each asks first.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::access::Scope;
use billfold_app::commands::invoices::{DiscardDraft, IssueInvoice, VoidInvoice, WriteOffInvoice};
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::InvoiceId;
use billfold_projections::Projection as _;
use billfold_projections::client_list::ClientList;
use billfold_projections::event_index::EventIndex;
use billfold_projections::invoice_list::InvoiceList;
use billfold_projections::journal::Journal;

use super::confirm::{Action, Confirm};
use super::list::{address, day};
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::router::go;
use crate::show;
use crate::state::{Seen, WebState};
use crate::visitor::{Posted, Visitor};

/// What a page about an invoice is read from.
pub(super) const READ: [&str; 4] =
    [InvoiceList::NAME, EventIndex::NAME, Journal::NAME, ClientList::NAME];

/// The addresses of the four.
pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/admin/invoices/{id}/{verb}", get(question).post(answer))
}

/// What may be done with an invoice in this state.
pub(super) fn actions(href: &str, invoice: &Invoice) -> Vec<Action> {
    let action = |verb, label, icon| Action::new(format!("{href}/{verb}"), label, icon);
    let void = action("void", "Void", "ban").class("danger");
    let id = href.rsplit('/').next().unwrap_or_default();
    match invoice {
        Invoice::Draft(_) => vec![
            action("discard", "Discard", "trash-2").class("danger"),
            action("edit", "Edit lines", "pencil").on_a_page(),
            action("issue", "Issue", "badge-check").class("primary"),
        ],
        Invoice::Open(_) => {
            let pay = address("/admin/payments/new", &[("invoice", id)]);
            vec![
                void,
                action("write-off", "Write off", "circle-x"),
                Action::new(pay, "Record payment", "hand-coins").class("primary"),
            ]
        }
        Invoice::Settled { .. } => vec![void],
        Invoice::Absent
        | Invoice::Discarded
        | Invoice::Void { .. }
        | Invoice::Uncollectible { .. } => Vec::new(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Issue,
    Void,
    WriteOff,
    Discard,
}

impl Verb {
    fn parse(text: &str) -> Result<Verb, PageError> {
        match text {
            "issue" => Ok(Verb::Issue),
            "void" => Ok(Verb::Void),
            "write-off" => Ok(Verb::WriteOff),
            "discard" => Ok(Verb::Discard),
            _ => Err(PageError::NotFound),
        }
    }

    /// The path, the verb on the button, the word about what was done.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Verb::Issue => ("issue", "Issue invoice", "issued"),
            Verb::Void => ("void", "Void invoice", "voided"),
            Verb::WriteOff => ("write-off", "Write off", "written-off"),
            Verb::Discard => ("discard", "Discard draft", "discarded"),
        }
    }
}

async fn question(
    State(state): State<WebState>,
    visitor: Visitor,
    Path((id, verb)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (id, verb) = (parse(&id)?, Verb::parse(&verb)?);
    let sent = Fields::default();
    confirm(&state, &visitor, id, verb, &sent, &Wrong::default()).await?.ask(visitor.partial)
}

async fn answer(
    State(state): State<WebState>,
    Path((id, verb)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Scope::InvoicesWrite)?;
    let (id, verb) = (parse(&id)?, Verb::parse(&verb)?);
    match act(&state, &visitor, id, verb, &fields).await? {
        Ok(seen) => {
            let href = format!("/admin/invoices/{id}");
            Ok(go(&address(&href, &[("done", seen.word(verb.words().2))])))
        }
        Err(error) => {
            let wrong = Wrong::from_error(error)?;
            confirm(&state, &visitor, id, verb, &fields, &wrong).await?.again()
        }
    }
}

async fn act(
    state: &WebState,
    visitor: &Visitor,
    invoice_id: InvoiceId,
    verb: Verb,
    fields: &Fields,
) -> Result<Result<Seen, billfold_app::Error>, PageError> {
    let (key, reason) = (fields.key()?, fields.one("reason").to_owned());
    let expect: Option<i64> = fields.one("version").parse().ok();
    Ok(match verb {
        Verb::Issue => {
            let issue_date = day(fields.one("issue_date"))?;
            let due_date = day(fields.one("due_date"))?;
            let mut ask = visitor.ask(&key, IssueInvoice { invoice_id, issue_date, due_date });
            ask.expect = expect;
            state.command(ask, &READ).await.map(|done| done.1)
        }
        Verb::Void => {
            let ask = visitor.ask(&key, VoidInvoice { invoice_id, reason: reason.clone() });
            state.command(ask.because(reason), &READ).await.map(|done| done.1)
        }
        Verb::WriteOff => {
            let ask = visitor.ask(&key, WriteOffInvoice { invoice_id, reason: reason.clone() });
            state.command(ask.because(reason), &READ).await.map(|done| done.1)
        }
        Verb::Discard => {
            let ask = visitor.ask(&key, DiscardDraft { invoice_id, reason: reason.clone() });
            state.command(ask.because(reason), &READ).await.map(|done| done.1)
        }
    })
}

async fn confirm(
    state: &WebState,
    visitor: &Visitor,
    id: InvoiceId,
    verb: Verb,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<Confirm, PageError> {
    state.must(visitor, Scope::InvoicesWrite)?;
    let (invoice, version) = state.door().load::<Invoice>(visitor.tenant(), id.uuid()).await?;
    let head = *state.operations().head().borrow();
    let back = format!("/admin/invoices/{id}");
    let (path, button, _) = verb.words();
    let (title, text) = question_text(&invoice, verb)?;
    let reason = Field::input("reason", "Reason", "text")
        .with(sent.one("reason"))
        .hint("Stands in the audit log and on the credit note; no personal data")
        .required()
        .wrong(wrong.of("reason"));
    let date = |name: &str, label, hint| {
        Field::input(name, label, "date").with(sent.one(name)).hint(hint).wrong(wrong.of(name))
    };
    let fields = match verb {
        Verb::Issue => vec![
            date("issue_date", "Issue date", "Empty: today. Numbers follow dates"),
            date("due_date", "Due date", "Empty: as drafted, else by your payment term"),
        ],
        Verb::Void | Verb::WriteOff | Verb::Discard => vec![reason],
    };
    Ok(Confirm {
        shell: visitor.shell(state, "/admin/invoices", head).await?,
        title,
        text,
        action: format!("{back}/{path}"),
        back,
        verb: button,
        danger: verb != Verb::Issue,
        key: new_key(),
        version: version.to_string(),
        fields,
        error: wrong.whole.clone(),
    })
}

fn question_text(invoice: &Invoice, verb: Verb) -> Result<(String, String), PageError> {
    let document = invoice.document();
    let number = document.map_or("this draft", |document| &document.number);
    let total = document.map(|document| show::money(document.total).plain());
    let due = document.map(|document| show::money(document.balance_due).plain());
    let (total, due) = (total.unwrap_or_default(), due.unwrap_or_default());
    Ok(match (verb, invoice) {
        (_, Invoice::Absent) => return Err(PageError::NotFound),
        (Verb::Issue, Invoice::Draft(draft)) => {
            let total = draft.totals().map(|totals| show::money(totals.total).plain());
            let total = total.unwrap_or_default();
            let text = format!(
                "It takes the next number of its series and asks for {total}. An issued invoice \
                 is never changed; it can be voided by a credit note."
            );
            ("Issue this invoice?".to_owned(), text)
        }
        (Verb::Issue, _) => {
            ("Issue this invoice?".to_owned(), "It is not a draft any more.".to_owned())
        }
        (Verb::Void, _) => {
            let text = format!(
                "A credit note over {total} is issued with a number of its own. What is unpaid is \
                 no longer owed; what was paid becomes the client's credit."
            );
            (format!("Void {number}?"), text)
        }
        (Verb::WriteOff, _) => {
            let text = format!("{due} becomes a loss. The invoice stays as it is and is closed.");
            (format!("Write off {number}?"), text)
        }
        (Verb::Discard, _) => (
            "Discard this draft?".to_owned(),
            "It never had a number, so none is missing.".to_owned(),
        ),
    })
}

/// The invoice an address names.
pub(super) fn parse(id: &str) -> Result<InvoiceId, PageError> {
    id.parse().map_err(|_| PageError::NotFound)
}
