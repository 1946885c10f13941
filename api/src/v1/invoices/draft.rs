//! Writing a draft.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use billfold_app::commands::invoices::{
    AddLine, DiscardDraft, DraftInvoice, RemoveLine, ReviseDraft, SetDueDate,
};
use billfold_app::commands::tax_rates::AskedLine;
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::{ClientId, Currency, InvoiceId, OrderId, TenantId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Changed, Stamp};
use crate::auth::{InvoicesWrite, Scoped, Within, must_hold};
use crate::problem::{FieldError, Problem};
use crate::receive::{Body, Check, IdempotencyKey, IfMatch, path_value};
use crate::state::ApiState;
use crate::v1::parameters::{IfMatchHeader, Reason};
use crate::wire::{NewLineBody, WireRateClass, WireTax, asked_tax};

/// Begins a draft: empty, with lines, or with the items of an order.
///
/// A draft has no number and owes nobody anything.
#[utoipa::path(
    post, path = "", tag = "invoices", request_body = NewDraft,
    responses((status = 201, body = Changed)),
)]
pub(super) async fn draft_invoice(
    State(state): State<ApiState>,
    Scoped(caller, scope, _): Scoped<InvoicesWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewDraft>,
) -> Result<Answer<Changed>, Problem> {
    let draft = new.read()?;
    must_hold(&state, &caller, scope, draft.client_id).await?;
    if let Some(order) = draft.order_id {
        must_hold(&state, &caller, scope, order).await?;
    }
    let done = state.command(&caller, &key, draft).await?;
    let id = done.answer.invoice_id;
    Ok(Answer::plain(&done, id, id.uuid()).made_at(format!("/api/v1/invoices/{id}")))
}

/// Adds a line to a draft.
#[utoipa::path(
    post, path = "/{id}/lines", tag = "invoices", request_body = NewLineBody,
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = LineAdded)),
)]
pub(super) async fn add_line(
    State(state): State<ApiState>,
    Within(caller, invoice_id, _): Within<InvoicesWrite, InvoiceId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewLineBody>,
) -> Result<Answer<LineAdded>, Problem> {
    let currency = currency_of(&state, caller.tenant, invoice_id).await?;
    let mut check = Check::default();
    let line = new.read(&mut check, "", currency).ok_or_else(|| check.problem())?;
    let done = state.change(&caller, &key, seen, AddLine { invoice_id, line }).await?;
    let body =
        LineAdded { line_no: done.answer.line_no, stamp: Stamp::of(&done, invoice_id.uuid()) };
    Ok(Answer::of(&done, invoice_id.uuid(), body))
}

/// Takes a line off a draft.
#[utoipa::path(
    delete, path = "/{id}/lines/{line_no}", tag = "invoices",
    params(
        ("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f"),
        ("line_no" = u32, Path, example = 1),
        IfMatchHeader,
    ),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn remove_line(
    State(state): State<ApiState>,
    Within(caller, invoice_id, _): Within<InvoicesWrite, InvoiceId>,
    LineNo(line_no): LineNo,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, RemoveLine { invoice_id, line_no }).await?;
    Ok(Answer::plain(&done, invoice_id, invoice_id.uuid()))
}

/// Replaces the lines of a draft.
///
/// Lines that stay as they were keep their numbers; the others are removed, and new ones are added
/// at the end. All of it is done, or nothing.
#[utoipa::path(
    put, path = "/{id}/lines", tag = "invoices", request_body = Lines,
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn replace_lines(
    State(state): State<ApiState>,
    Within(caller, invoice_id, _): Within<InvoicesWrite, InvoiceId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<Lines>,
) -> Result<Answer<Changed>, Problem> {
    let currency = currency_of(&state, caller.tenant, invoice_id).await?;
    let mut check = Check::default();
    let lines = read_lines(&new.lines, &mut check, currency);
    check.finish()?;
    let revise = ReviseDraft { invoice_id, lines, due_date: None };
    let done = state.change(&caller, &key, seen, revise).await?;
    Ok(Answer::plain(&done, invoice_id, invoice_id.uuid()))
}

/// Sets the last day to pay a draft.
#[utoipa::path(
    put, path = "/{id}/due-date", tag = "invoices", request_body = DueDate,
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn set_due_date(
    State(state): State<ApiState>,
    Within(caller, invoice_id, _): Within<InvoicesWrite, InvoiceId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<DueDate>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let due_date = check.date("/due_date", new.due_date).ok_or_else(|| check.problem())?;
    let done = state.change(&caller, &key, seen, SetDueDate { invoice_id, due_date }).await?;
    Ok(Answer::plain(&done, invoice_id, invoice_id.uuid()))
}

/// Throws a draft away.
#[utoipa::path(
    post, path = "/{id}/discard", tag = "invoices", request_body = Reason,
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn discard_draft(
    State(state): State<ApiState>,
    Within(caller, invoice_id, _): Within<InvoicesWrite, InvoiceId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let discard = DiscardDraft { invoice_id, reason: reason.read()? };
    let done = state.change(&caller, &key, seen, discard).await?;
    Ok(Answer::plain(&done, invoice_id, invoice_id.uuid()))
}

/// The number of a line in a path; what is no number is not found.
pub(super) struct LineNo(u32);

impl<S: Send + Sync> FromRequestParts<S> for LineNo {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        path_value(parts, state, "line_no").await.map(Self)
    }
}

/// The currency of an invoice's lines. What may be done to it is decided later, under the log's
/// lock.
async fn currency_of(
    state: &ApiState,
    tenant: TenantId,
    id: InvoiceId,
) -> Result<Currency, Problem> {
    match state.door().load::<Invoice>(tenant, id.uuid()).await?.0 {
        Invoice::Absent => Err(Problem::not_found()),
        Invoice::Draft(draft) => Ok(draft.currency),
        other => Ok(match other.document() {
            Some(document) => document.total.currency(),
            // A discarded draft takes no line in any currency.
            None => state.door().settings(tenant).await?.currency,
        }),
    }
}

/// A draft to be begun.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDraft {
    /// Who will be billed.
    #[schema(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: String,
    /// The order it bills; its items become the first lines, and its currency the draft's.
    #[schema(example = "ord_01kchkq7w7fc9r6a8b9c0d1e2f")]
    order_id: Option<String>,
    /// How the order's items are taxed; this or `tax_class` is needed with an order.
    tax: Option<WireTax>,
    /// The class whose rates tax the order's items; instead of `tax`.
    tax_class: Option<WireRateClass>,
    /// Currency of all lines, ISO 4217; needed with lines, otherwise the order's or the client's if
    /// absent.
    #[schema(example = "EUR", pattern = "^[A-Z]{3}$")]
    currency: Option<String>,
    /// Lines to begin with.
    #[serde(default)]
    #[schema(max_items = 1000)]
    lines: Vec<NewLineBody>,
    /// Last day to pay; by the seller's payment term if absent.
    due_date: Option<NaiveDate>,
}

impl NewDraft {
    fn read(self) -> Result<DraftInvoice, Problem> {
        let mut check = Check::default();
        let client_id = check.id::<ClientId>("/client_id", &self.client_id);
        let order_id = check.optional_id::<OrderId>("/order_id", self.order_id.as_deref());
        let tax = asked_tax(self.tax.as_ref(), self.tax_class, &mut check, "");
        let currency = check.optional("/currency", self.currency.as_deref(), Currency::parse);
        let due_date = check.optional_date("/due_date", self.due_date);
        let lines = match currency.flatten() {
            Some(currency) => read_lines(&self.lines, &mut check, currency),
            None => Vec::new(),
        };
        if !self.lines.is_empty() && currency == Some(None) {
            check.wrong("/currency", "field.missing", "is needed with lines");
        }
        check.finish()?;
        match (client_id, order_id, tax, currency, due_date) {
            (Some(client_id), Some(order_id), Some(tax), Some(currency), Some(due_date)) => {
                let invoice_id = None;
                Ok(DraftInvoice { invoice_id, client_id, order_id, tax, currency, lines, due_date })
            }
            _ => Err(Problem::field(FieldError::body("", "body.malformed", "cannot be read"))),
        }
    }
}

fn read_lines(lines: &[NewLineBody], check: &mut Check, currency: Currency) -> Vec<AskedLine> {
    let read =
        |(at, line): (usize, &NewLineBody)| line.read(check, &format!("/lines/{at}"), currency);
    lines.iter().enumerate().filter_map(read).collect()
}

/// Every line that a draft has from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DraftLines)]
pub(super) struct Lines {
    /// In the order in which they are printed.
    #[schema(max_items = 1000)]
    lines: Vec<NewLineBody>,
}

/// The last day to pay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DueDate {
    /// Last day to pay without being late.
    #[schema(example = "2026-03-31")]
    due_date: NaiveDate,
}

/// A line was added.
#[derive(Serialize, ToSchema)]
pub(super) struct LineAdded {
    /// Its number within the draft; numbers are not used again.
    line_no: u32,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}
