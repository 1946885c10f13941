//! Billing what was missing on an issued invoice, by an invoice that names it (INV-11).

use axum::extract::State;
use billfold_app::commands::invoices::DebitInvoice;
use billfold_domain::invoice::{DebitCorrection, Invoice, InvoiceRefusal};
use billfold_domain::kernel::InvoiceId;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::settle::InvoiceIssued;
use crate::answer::{Answer, Stamp};
use crate::auth::{InvoicesWrite, Within};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::NewLineBody;

/// Corrects an issued invoice upwards, by an invoice that names it.
///
/// The corrected invoice stays as it is. The correction has its parties and its currency.
#[utoipa::path(
    post, path = "/{id}/debit-corrections", tag = "invoices", request_body = NewDebitCorrection,
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 201, body = InvoiceIssued)),
)]
pub(super) async fn debit_invoice(
    State(state): State<ApiState>,
    Within(caller, invoice_id, _): Within<InvoicesWrite, InvoiceId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewDebitCorrection>,
) -> Result<Answer<InvoiceIssued>, Problem> {
    let (invoice, _) = state.door().load::<Invoice>(caller.tenant, invoice_id.uuid()).await?;
    if invoice == Invoice::Absent {
        return Err(billfold_app::Refused::of(&InvoiceRefusal::Absent).into());
    }
    // What is no document has no currency; the command says why it cannot be corrected.
    let currency = invoice.document().map(|document| document.total.currency());
    let currency = match currency {
        Some(currency) => currency,
        None => state.door().settings(caller.tenant).await?.currency,
    };
    let mut check = Check::default();
    let reason = check.text("/reason", &new.reason, 500);
    let due_date = check.optional_date("/due_date", new.due_date);
    let read = |(at, line): (usize, &NewLineBody)| {
        line.read(&mut check, &format!("/lines/{at}"), currency)
    };
    let lines: Option<Vec<_>> = new.lines.iter().enumerate().map(read).collect();
    let (Some(reason), Some(due_date), Some(lines)) = (reason, due_date, lines) else {
        return Err(check.problem());
    };
    let debit = DebitInvoice { invoice_id, lines, due_date, reason };
    let done = state.change(&caller, &key, seen, debit).await?;
    let id = done.answer.invoice_id;
    let body = InvoiceIssued::of(&done.answer, Stamp::of(&done, id.uuid()));
    Ok(Answer::of(&done, id.uuid(), body).made_at(format!("/api/v1/invoices/{id}")))
}

/// What was missing on an invoice.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDebitCorrection {
    /// What is billed, in the currency of the corrected invoice; more than nothing in all.
    #[schema(min_items = 1, max_items = 1000)]
    lines: Vec<NewLineBody>,
    /// Why; stands on the document and in the log, so no personal data.
    #[schema(example = "one server was left out", min_length = 1, max_length = 500)]
    reason: String,
    /// Last day to pay; by the seller's payment term if absent.
    due_date: Option<NaiveDate>,
}

/// The invoice that a debit correction corrects.
#[derive(Serialize, ToSchema)]
#[schema(as = DebitCorrection)]
pub(super) struct WireDebitCorrection {
    /// Which invoice.
    #[schema(example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")]
    invoice_id: String,
    /// Its number as printed.
    #[schema(example = "INV-2026-000001")]
    number: String,
    /// Its issue date.
    issue_date: NaiveDate,
    /// Why it is corrected.
    reason: String,
}

impl From<&DebitCorrection> for WireDebitCorrection {
    fn from(correction: &DebitCorrection) -> Self {
        let DebitCorrection { of, reason } = correction;
        Self {
            invoice_id: of.invoice_id.to_string(),
            number: of.number.clone(),
            issue_date: of.issue_date,
            reason: reason.clone(),
        }
    }
}
