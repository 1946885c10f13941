//! What makes an invoice a document, and what ends one.

use axum::extract::State;
use billfold_app::commands::invoices::{self, IssueInvoice, VoidInvoice, WriteOffInvoice};
use billfold_domain::invoice::Particulars;
use billfold_domain::kernel::InvoiceId;
use billfold_domain::tax::ExemptionReason;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Changed, Stamp};
use crate::auth::{InvoicesWrite, InvoicesWriteOff, Within};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::{IfMatchHeader, Reason};
use crate::wire::WireMoney;

/// Issues a draft: freezes it, gives it its number, posts it.
#[utoipa::path(
    post, path = "/{id}/issue", tag = "invoices", request_body = Issue,
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = InvoiceIssued)),
)]
pub(super) async fn issue_invoice(
    State(state): State<ApiState>,
    Within(caller, id, _): Within<InvoicesWrite, InvoiceId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(issue): Body<Issue>,
) -> Result<Answer<InvoiceIssued>, Problem> {
    let done = state.change(&caller, &key, seen, issue.read(id)?).await?;
    let body = InvoiceIssued::of(&done.answer, Stamp::of(&done, id.uuid()));
    Ok(Answer::of(&done, id.uuid(), body))
}

/// Takes a whole invoice back by a credit note.
///
/// What was unpaid is no longer owed; what was paid becomes the client's credit.
#[utoipa::path(
    post, path = "/{id}/void", tag = "invoices", request_body = Reason,
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = InvoiceVoided)),
)]
pub(super) async fn void_invoice(
    State(state): State<ApiState>,
    Within(caller, invoice_id, _): Within<InvoicesWrite, InvoiceId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<InvoiceVoided>, Problem> {
    let void = VoidInvoice { invoice_id, reason: reason.read()? };
    let done = state.change(&caller, &key, seen, void).await?;
    let body = InvoiceVoided {
        id: invoice_id.to_string(),
        credit_note: done.answer.credit_note.clone(),
        offset: done.answer.offset.into(),
        to_credit: done.answer.to_credit.into(),
        stamp: Stamp::of(&done, invoice_id.uuid()),
    };
    Ok(Answer::of(&done, invoice_id.uuid(), body))
}

/// Gives up what is still owed on an invoice.
#[utoipa::path(
    post, path = "/{id}/write-off", tag = "invoices", request_body = Reason,
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses(
        (status = 200, body = Changed),
        (status = 202, body = crate::waits::ApprovalNeeded),
    ),
)]
pub(super) async fn write_off_invoice(
    State(state): State<ApiState>,
    Within(caller, invoice_id, _): Within<InvoicesWriteOff, InvoiceId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let write_off = WriteOffInvoice { invoice_id, reason: reason.read()? };
    let done = state.change(&caller, &key, seen, write_off).await?;
    Ok(Answer::plain(&done, invoice_id, invoice_id.uuid()))
}

/// Why lines of category E have no tax: a code of the VATEX list, a text, or both.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExemptionReason)]
pub(crate) struct WireReason {
    /// Code (BT-121).
    #[schema(example = "VATEX-EU-132", max_length = 30)]
    code: Option<String>,
    /// Text (BT-120).
    #[schema(max_length = 200)]
    text: Option<String>,
}

impl WireReason {
    /// The reason; a blank one is none.
    pub(crate) fn read(self) -> ExemptionReason {
        ExemptionReason { code: self.code, text: self.text }
    }
}

impl From<&ExemptionReason> for WireReason {
    fn from(reason: &ExemptionReason) -> Self {
        Self { code: reason.code.clone(), text: reason.text.clone() }
    }
}

/// Dates and references of a document; all may be absent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Issue {
    /// The day of issue; today at the seller's place if absent. Not before the last number's.
    issue_date: Option<NaiveDate>,
    /// Last day to pay; the draft's, or by the seller's payment term, if absent.
    due_date: Option<NaiveDate>,
    /// What the buyer wants to find on it (BT-10); no personal data.
    #[schema(max_length = 100)]
    buyer_reference: Option<String>,
    /// Number of the buyer's order (BT-13).
    #[schema(max_length = 100)]
    order_reference: Option<String>,
    /// Why lines of category E have no tax; needed where there are any.
    exemption_reason: Option<WireReason>,
}

impl Issue {
    fn read(self, invoice_id: InvoiceId) -> Result<IssueInvoice, Problem> {
        let mut check = Check::default();
        let issue_date = check.optional_date("/issue_date", self.issue_date);
        let due_date = check.optional_date("/due_date", self.due_date);
        match (issue_date, due_date) {
            (Some(issue_date), Some(due_date)) => {
                let particulars = Particulars {
                    buyer_reference: self.buyer_reference,
                    order_reference: self.order_reference,
                    exemption: self.exemption_reason.map(WireReason::read),
                    evidence: Vec::new(),
                };
                Ok(IssueInvoice { invoice_id, issue_date, due_date, particulars })
            }
            _ => Err(check.problem()),
        }
    }
}

/// The invoice is issued.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvoiceIssued {
    /// Which invoice.
    id: String,
    /// Its number as printed.
    #[schema(example = "INV-2026-000001")]
    number: String,
    /// The day of issue.
    issue_date: NaiveDate,
    /// Last day to pay.
    due_date: NaiveDate,
    /// What it asks for.
    total: WireMoney,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}

impl InvoiceIssued {
    pub(crate) fn of(issued: &invoices::InvoiceIssued, stamp: Stamp) -> Self {
        Self {
            id: issued.invoice_id.to_string(),
            number: issued.number.clone(),
            issue_date: issued.issue_date,
            due_date: issued.due_date,
            total: issued.total.into(),
            stamp,
        }
    }
}

/// The invoice is taken back.
#[derive(Serialize, ToSchema)]
pub(super) struct InvoiceVoided {
    /// Which invoice.
    id: String,
    /// Number of the credit note.
    #[schema(example = "CN-2026-000001")]
    credit_note: String,
    /// The unpaid part, no longer owed.
    offset: WireMoney,
    /// The paid part, now the client's credit.
    to_credit: WireMoney,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}
