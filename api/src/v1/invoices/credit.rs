//! Giving back a part of an issued invoice, or all that is left of it, by a credit note (INV-27).

use axum::Json;
use axum::extract::State;
use billfold_app::commands::invoices::{CreditInvoice, ForeseenCredit, foresee_credit};
use billfold_domain::credit_note::{CreditPart, CreditScope, HowMuch};
use billfold_domain::kernel::InvoiceId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Stamp};
use crate::auth::{InvoicesRead, InvoicesWrite, Within};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::{WireMoney, WirePeriod, WireTaxGroup};

/// Gives back a part of an issued invoice by a credit note.
///
/// What is unpaid on the invoice is set off first; the rest becomes the client's credit. The note
/// has the taxes and parties of the invoice.
#[utoipa::path(
    post, path = "/{id}/credit-notes", tag = "invoices", request_body = NewCreditNote,
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 201, body = InvoiceCredited)),
)]
pub(super) async fn credit_invoice(
    State(state): State<ApiState>,
    Within(caller, invoice_id, _): Within<InvoicesWrite, InvoiceId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewCreditNote>,
) -> Result<Answer<InvoiceCredited>, Problem> {
    let mut check = Check::default();
    let reason = check.text("/reason", &new.reason, 500);
    let scope = read_scope(new.lines.as_deref(), &mut check);
    let (Some(reason), Some(scope)) = (reason, scope) else { return Err(check.problem()) };
    let credit = CreditInvoice { invoice_id, scope, reason };
    let done = state.change(&caller, &key, seen, credit).await?;
    let credited = &done.answer;
    let id = credited.credit_note_id;
    let body = InvoiceCredited {
        id: id.to_string(),
        invoice_id: invoice_id.to_string(),
        number: credited.number.clone(),
        net: credited.net.into(),
        tax: credited.tax.into(),
        total: credited.total.into(),
        offset: credited.offset.into(),
        to_credit: credited.to_credit.into(),
        balance_due: credited.balance_due.into(),
        stamp: Stamp::of(&done, id.uuid()),
    };
    Ok(Answer::of(&done, id.uuid(), body).made_at(format!("/api/v1/credit-notes/{id}")))
}

/// Shows what a credit note would say. Stores nothing.
#[utoipa::path(
    post, path = "/{id}/credit-notes/preview", tag = "invoices", request_body = CreditNoteWish,
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = CreditNotePreview)),
)]
pub(super) async fn preview_credit_note(
    State(state): State<ApiState>,
    Within(caller, invoice_id, _): Within<InvoicesRead, InvoiceId>,
    Body(wish): Body<CreditNoteWish>,
) -> Result<Json<CreditNotePreview>, Problem> {
    let mut check = Check::default();
    let scope = read_scope(wish.lines.as_deref(), &mut check).ok_or_else(|| check.problem())?;
    let foreseen = foresee_credit(state.door(), caller.tenant, invoice_id, &scope).await?;
    Ok(Json(foreseen.into()))
}

/// What goes back of an invoice, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCreditNote {
    /// Why; stands on the note and in the log, so no personal data.
    #[schema(example = "three days without service", min_length = 1, max_length = 500)]
    reason: String,
    /// Which lines; everything that is left of the invoice if absent.
    lines: Option<Vec<CreditLine>>,
}

/// What would go back of an invoice.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreditNoteWish {
    /// Which lines; everything that is left of the invoice if absent.
    lines: Option<Vec<CreditLine>>,
}

/// What of a line goes back: all that is left of it, or one of `net`, `gross` and `days`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreditLine {
    /// The line's number on the invoice.
    #[schema(example = 1, minimum = 1)]
    line_no: u32,
    /// An amount without tax; at most what is left of the line.
    net: Option<WireMoney>,
    /// An amount with tax.
    gross: Option<WireMoney>,
    /// Days of the line's service; they go back by their share of its days.
    days: Option<WirePeriod>,
}

impl CreditLine {
    fn read(&self, check: &mut Check, pointer: &str) -> Option<CreditPart> {
        let at = |field: &str| format!("{pointer}/{field}");
        let how_much = match (&self.net, &self.gross, &self.days) {
            (None, None, None) => HowMuch::Rest,
            (Some(net), None, None) => HowMuch::Net(net.read(check, &at("net"))?),
            (None, Some(gross), None) => HowMuch::Gross(gross.read(check, &at("gross"))?),
            (None, None, Some(days)) => HowMuch::Days(days.read(check, &at("days"))?),
            _ => {
                let detail = "give at most one of net, gross and days";
                check.wrong(pointer, "credit_note.ambiguous_line", detail);
                return None;
            }
        };
        Some(CreditPart { line_no: self.line_no, how_much })
    }
}

fn read_scope(lines: Option<&[CreditLine]>, check: &mut Check) -> Option<CreditScope> {
    let Some(lines) = lines else { return Some(CreditScope::Everything) };
    let read = |(at, line): (usize, &CreditLine)| line.read(check, &format!("/lines/{at}"));
    let parts: Vec<_> = lines.iter().enumerate().map(read).collect();
    if parts.is_empty() {
        check.wrong("/lines", "credit_note.no_lines", "name at least one line");
        return None;
    }
    parts.into_iter().collect::<Option<Vec<_>>>().map(CreditScope::Parts)
}

/// The credit note is issued. Amounts count in favour of the client.
#[derive(Serialize, ToSchema)]
pub(super) struct InvoiceCredited {
    /// The note.
    #[schema(example = "crn_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// The invoice it corrects.
    #[schema(example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")]
    invoice_id: String,
    /// Its number as printed.
    #[schema(example = "CN-2026-000001")]
    number: String,
    /// Without tax.
    net: WireMoney,
    /// Tax on that.
    tax: WireMoney,
    /// With tax: offset and credit together.
    total: WireMoney,
    /// The unpaid part, no longer owed.
    offset: WireMoney,
    /// The paid part, now the client's credit.
    to_credit: WireMoney,
    /// What is still owed on the invoice.
    balance_due: WireMoney,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}

/// A credit note as it would be. Amounts count in favour of the client.
#[derive(Serialize, ToSchema)]
pub(super) struct CreditNotePreview {
    /// What goes back of which line.
    lines: Vec<CreditedLine>,
    /// Tax by category, rate and country.
    tax_groups: Vec<WireTaxGroup>,
    /// Sum of the lines.
    net: WireMoney,
    /// Sum of the taxes.
    tax: WireMoney,
    /// Net and tax: offset and credit together.
    total: WireMoney,
    /// The unpaid part, which would no longer be owed.
    offset: WireMoney,
    /// The paid part, which would become the client's credit.
    to_credit: WireMoney,
    /// What would still be owed on the invoice.
    balance_due: WireMoney,
}

/// What goes back of a line of an invoice.
#[derive(Serialize, ToSchema)]
pub(super) struct CreditedLine {
    /// The line's number on the invoice.
    line_no: u32,
    /// What people read.
    description: String,
    /// How much, without tax.
    net: WireMoney,
    /// The days of service that go back, if it is for any.
    period: Option<WirePeriod>,
}

impl From<ForeseenCredit> for CreditNotePreview {
    fn from(foreseen: ForeseenCredit) -> Self {
        let ForeseenCredit { correction, offset, to_credit, balance_due } = foreseen;
        let lines = correction.given_back.lines.iter().zip(correction.lines);
        let lines = lines.map(|(back, line)| CreditedLine {
            line_no: back.line_no,
            description: line.description,
            net: back.net.into(),
            period: line.period.map(WirePeriod::from),
        });
        Self {
            lines: lines.collect(),
            tax_groups: correction.given_back.tax_groups.iter().map(WireTaxGroup::from).collect(),
            net: correction.net.into(),
            tax: correction.tax.into(),
            total: correction.total.into(),
            offset: offset.into(),
            to_credit: to_credit.into(),
            balance_due: balance_due.into(),
        }
    }
}
