//! Giving back a part of an invoice: what the credit note would say is shown first and confirmed
//! then (INV-27).
//!
//! Guarantee: nothing is issued but what was shown; a choice or an invoice that is another by the
//! time of the confirmation is shown again instead. Absent on purpose: money sent back, which is a
//! refund of a payment.

use std::str::FromStr;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::Ask;
use billfold_app::commands::invoices::{CreditInvoice, ForeseenCredit, foresee_credit};
use billfold_domain::credit_note::{CreditPart, CreditScope, HowMuch};
use billfold_domain::invoice::{self as domain, Document, Invoice as Stands, LineGivenBack};
use billfold_domain::kernel::{InvoiceId, Money, Period};
use billfold_projections::Projection as _;
use billfold_projections::credit_note_list::CreditNoteList;
use chrono::NaiveDate;

use super::invoice::{Line, line, tax};
use super::invoice_actions::{READ, WRITES, parse};
use super::invoice_lines::Totals;
use super::list::address;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::{go, page, refused};
use crate::show;
use crate::state::WebState;
use crate::view::Amount;
use crate::visitor::{Posted, Visitor};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/invoice/credit.html")]
pub(crate) struct Credit {
    /// The frame.
    pub(crate) shell: Shell,
    /// Number of the invoice.
    pub(crate) number: String,
    /// What is owed, what went back.
    pub(crate) facts: Vec<String>,
    /// Where the form goes.
    pub(crate) action: String,
    /// The page of the invoice.
    pub(crate) back: String,
    /// The command's key.
    pub(crate) key: String,
    /// The version that was seen.
    pub(crate) version: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// What stands in the note above the preview; empty when nothing does.
    pub(crate) note: &'static str,
    /// The lines of which something is left; none if nothing is.
    pub(crate) rows: Vec<Row>,
    /// Why.
    pub(crate) reason: Field,
    /// The note as it would be, once it was asked for, and the mark of what is shown.
    pub(crate) preview: Option<(NotePreview, String)>,
}

/// A line of the invoice and what is to go back of it.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Its number on the invoice.
    pub(crate) no: u32,
    /// What it bills, and for which days.
    pub(crate) what: (String, String),
    /// What is left of it, without tax.
    pub(crate) left: Amount,
    /// Ways to give it back: value, label, whether it is chosen.
    pub(crate) ways: Vec<(&'static str, &'static str, bool)>,
    /// The amount, as typed.
    pub(crate) amount: String,
    /// The first and last day, as typed.
    pub(crate) days: (String, String),
    /// Whether it is for days of service.
    pub(crate) has_days: bool,
    /// What is wrong with it; empty when nothing is.
    pub(crate) error: String,
}

/// A credit note as it would be.
#[derive(Clone, Debug)]
pub(crate) struct NotePreview {
    /// Its lines.
    pub(crate) lines: Vec<Line>,
    /// What they add up to.
    pub(crate) totals: Totals,
    /// What would lower the invoice.
    pub(crate) offset: Amount,
    /// What would become the client's credit.
    pub(crate) to_credit: Amount,
    /// What would still be owed on the invoice.
    pub(crate) balance: Amount,
}

/// The form's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route("/admin/invoices/{id}/credit", get(blank).post(send))
}

/// Ways to give a line back, by their value in the form.
const WAYS: [(&str, &str); 5] = [
    ("none", "Nothing"),
    ("rest", "All that is left"),
    ("net", "Amount without tax"),
    ("gross", "Amount with tax"),
    ("days", "Days of service"),
];

/// An issued invoice of which something may be left.
struct Known {
    id: InvoiceId,
    document: Box<Document>,
    version: i64,
    left: Vec<LineGivenBack>,
    /// Why nothing is left; empty when something is.
    closed: String,
}

impl Known {
    async fn load(state: &WebState, visitor: &Visitor, id: &str) -> Result<Self, PageError> {
        let (id, tenant) = (parse(id)?, visitor.tenant());
        state.must_hold(visitor, WRITES, id).await?;
        let (known, version) = state.door().load::<Stands>(tenant, id.uuid()).await?;
        let document = known.document().cloned().map(Box::new).ok_or(PageError::NotFound)?;
        let whole = CreditScope::Everything;
        let (left, closed) = match foresee_credit(state.door(), tenant, id, &whole).await {
            Ok(all) => (all.correction.given_back.lines, String::new()),
            Err(error) => (Vec::new(), Wrong::from_error(error)?.whole),
        };
        Ok(Self { id, document, version, left, closed })
    }
}

async fn blank(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let known = Known::load(&state, &visitor, &id).await?;
    page(&form(&state, &visitor, &known, Shown::default()).await?)
}

async fn send(
    State(state): State<WebState>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let known = Known::load(&state, &visitor, &id).await?;
    let typed = Typed::of(&fields);
    let mut wrong = Wrong::default();
    let scope = typed.scope(&known, &mut wrong);
    if typed.reason.is_empty() {
        wrong.at("reason", "say why; it stands on the credit note");
    }
    let Some(scope) = scope.filter(|_| wrong.is_none()) else {
        return again(&state, &visitor, &known, typed, wrong).await;
    };
    let confirmed = fields.some("confirm").is_some();
    if confirmed && fields.one("version") != known.version.to_string() {
        // Sent twice, it is answered from its receipt; otherwise it is refused.
        return credit(&state, &visitor, &known, scope, typed, &fields).await;
    }
    let foreseen = foresee_credit(state.door(), visitor.tenant(), known.id, &scope).await;
    let foreseen = match foreseen {
        Ok(foreseen) => foreseen,
        Err(error) => {
            return again(&state, &visitor, &known, typed, Wrong::from_error(error)?).await;
        }
    };
    let mark = mark(&scope, known.version, &foreseen);
    if confirmed && fields.one("seen") == mark {
        return credit(&state, &visitor, &known, scope, typed, &fields).await;
    }
    let note = if confirmed { "This is not what was shown before. Look at it again." } else { "" };
    let preview = Some((NotePreview::of(&foreseen)?, mark));
    let shown = Shown { typed, preview, note, ..Shown::default() };
    page(&form(&state, &visitor, &known, shown).await?)
}

async fn credit(
    state: &WebState,
    visitor: &Visitor,
    known: &Known,
    scope: CreditScope,
    typed: Typed,
    fields: &Fields,
) -> Result<Response, PageError> {
    let (invoice_id, reason) = (known.id, typed.reason.clone());
    let ask = visitor.ask(&fields.key()?, CreditInvoice { invoice_id, scope, reason });
    let ask = Ask { expect: fields.one("version").parse().ok(), ..ask };
    let read: Vec<_> = READ.into_iter().chain([CreditNoteList::NAME]).collect();
    match state.command(ask, &read).await {
        Ok((done, seen)) => {
            let to = format!("/admin/credit-notes/{}", done.answer.credit_note_id);
            Ok(go(&address(&to, &[("done", seen.word("credited"))])))
        }
        Err(error) => again(state, visitor, known, typed, Wrong::from_error(error)?).await,
    }
}

/// The form again, with what is wrong.
async fn again(
    state: &WebState,
    visitor: &Visitor,
    known: &Known,
    typed: Typed,
    wrong: Wrong,
) -> Result<Response, PageError> {
    let shown = Shown { typed, wrong, ..Shown::default() };
    refused(&form(state, visitor, known, shown).await?)
}

/// What is shown was chosen at this version and comes to this.
fn mark(scope: &CreditScope, version: i64, foreseen: &ForeseenCredit) -> String {
    let (net, tax) = (foreseen.correction.net, foreseen.correction.tax);
    format!("{version} {scope:?} {} {}", net.minor(), tax.minor())
}

/// A form as typed.
#[derive(Clone, Debug, Default)]
struct Typed {
    rows: Vec<TypedRow>,
    reason: String,
}

/// What was typed about one line.
#[derive(Clone, Debug, Default)]
struct TypedRow {
    no: u32,
    way: String,
    amount: String,
    first: String,
    last: String,
}

impl Typed {
    fn of(fields: &Fields) -> Typed {
        let column = |name: &str| fields.all(name).into_iter().map(str::to_owned);
        let mut rows: Vec<TypedRow> = column("no")
            .map(|no| TypedRow { no: no.parse().unwrap_or_default(), ..TypedRow::default() })
            .collect();
        rows.iter_mut().zip(column("way")).for_each(|(row, way)| row.way = way);
        rows.iter_mut().zip(column("amount")).for_each(|(row, amount)| row.amount = amount);
        rows.iter_mut().zip(column("first")).for_each(|(row, first)| row.first = first);
        rows.iter_mut().zip(column("last")).for_each(|(row, last)| row.last = last);
        Typed { rows, reason: fields.one("reason").to_owned() }
    }

    fn chosen(&self) -> impl Iterator<Item = &TypedRow> {
        self.rows.iter().filter(|row| !matches!(row.way.as_str(), "" | "none"))
    }

    /// What is asked for, or what is wrong with it by the number of the line.
    fn scope(&self, known: &Known, wrong: &mut Wrong) -> Option<CreditScope> {
        let currency = known.document.total.currency();
        let mut parts = Vec::new();
        for row in self.chosen() {
            let amount = || Money::parse_major(&row.amount, currency).map_err(|no| no.to_string());
            let how_much = match row.way.as_str() {
                "rest" => Ok(HowMuch::Rest),
                "net" => amount().map(HowMuch::Net),
                "gross" => amount().map(HowMuch::Gross),
                "days" => row.days().map(HowMuch::Days),
                _ => Err("choose one of the list".to_owned()),
            };
            match how_much {
                Ok(how_much) => parts.push(CreditPart { line_no: row.no, how_much }),
                Err(detail) => wrong.at(format!("line-{}", row.no), detail),
            }
        }
        if self.chosen().next().is_none() {
            *wrong = Wrong::of_whole("Choose what goes back of at least one line.".to_owned());
        }
        wrong.is_none().then_some(CreditScope::Parts(parts))
    }

    /// What a refusal says about the line with this number.
    fn error(&self, wrong: &Wrong, no: u32) -> String {
        let typed = wrong.of(&format!("line-{no}"));
        let at = self.chosen().position(|row| row.no == no);
        let decided = at.map(|at| wrong.of(&format!("lines/{at}")));
        if typed.is_empty() { decided.unwrap_or_default() } else { typed }
    }
}

impl TypedRow {
    /// The days typed; the last one is in.
    fn days(&self) -> Result<Period, String> {
        let read = |text: &str| NaiveDate::from_str(text).map_err(|_| "name both days".to_owned());
        let (first, last) = (read(&self.first)?, read(&self.last)?);
        let to = last.succ_opt().ok_or("is no day that can be billed")?;
        Period::try_new(first, to).map_err(|_| "the last day lies before the first".to_owned())
    }
}

impl NotePreview {
    fn of(foreseen: &ForeseenCredit) -> Result<Self, PageError> {
        let correction = &foreseen.correction;
        let currency = correction.total.currency();
        let priced = domain::preview(currency, &correction.lines).map_err(PageError::bug)?;
        Ok(Self {
            lines: priced.lines.iter().map(line).collect(),
            totals: Totals {
                net: show::money(correction.net),
                taxes: correction.given_back.tax_groups.iter().map(tax).collect(),
                total: show::money(correction.total),
            },
            offset: show::money(foreseen.offset),
            to_credit: show::money(foreseen.to_credit),
            balance: show::money(foreseen.balance_due),
        })
    }
}

/// What the form shows besides the invoice itself.
#[derive(Default)]
struct Shown {
    typed: Typed,
    wrong: Wrong,
    preview: Option<(NotePreview, String)>,
    note: &'static str,
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    known: &Known,
    shown: Shown,
) -> Result<Credit, PageError> {
    let head = *state.operations().head().borrow();
    let back = format!("/admin/invoices/{}", known.id);
    let document = &known.document;
    let noted = document.credit_notes.iter().map(|note| note.amount);
    let noted = Money::sum(document.total.currency(), noted).map_err(PageError::bug)?;
    let mut facts = vec![
        format!("Total {}", show::money(document.total).plain()),
        format!("Balance due {}", show::money(document.balance_due).plain()),
    ];
    if !noted.is_zero() {
        facts.push(format!("Credited before {}", show::money(noted).plain()));
    }
    let rows = document.lines.iter().filter_map(|line| row(line, known, &shown)).collect();
    let closed = known.closed.clone();
    let wrong = &shown.wrong;
    Ok(Credit {
        shell: visitor.shell(state, "/admin/invoices", head).await?,
        number: document.number.clone(),
        facts,
        action: format!("{back}/credit"),
        back,
        key: new_key(),
        version: known.version.to_string(),
        error: if wrong.whole.is_empty() { closed } else { wrong.whole.clone() },
        note: shown.note,
        rows,
        reason: Field::input("reason", "Reason", "text")
            .with(&shown.typed.reason)
            .hint("Stands on the credit note and in the audit log; no personal data")
            .required()
            .wrong(wrong.of("reason")),
        preview: shown.preview,
    })
}

/// The row of a line; none if nothing of it is left.
fn row(line: &domain::Line, known: &Known, shown: &Shown) -> Option<Row> {
    let left = known.left.iter().find(|left| left.line_no == line.no)?.net;
    let typed = shown.typed.rows.iter().find(|row| row.no == line.no).cloned();
    let typed = typed.unwrap_or_default();
    let has_days = line.period.is_some();
    let chosen = if typed.way.is_empty() { "none" } else { typed.way.as_str() };
    let ways = WAYS.iter().filter(|(way, _)| has_days || *way != "days");
    Some(Row {
        no: line.no,
        what: (
            line.description.clone(),
            line.period.map_or_else(|| show::line_kind(line.kind), show::period),
        ),
        left: show::money(left),
        ways: ways.map(|(way, label)| (*way, *label, *way == chosen)).collect(),
        amount: typed.amount,
        days: (typed.first, typed.last),
        has_days,
        error: shown.typed.error(&shown.wrong, line.no),
    })
}
