//! Money of an invoice that goes back to whoever paid it.

use axum::extract::State;
use billfold_app::commands::payments::RefundInvoice;
use billfold_domain::kernel::{InvoiceId, PaymentId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Stamp};
use crate::auth::{PaymentsRefund, Within};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::v1::payments::RefundPromised;
use crate::wire::WireMoney;

/// Sends back what paid an invoice, whole or in part.
///
/// It comes out of one payment if one holds enough, the newest such; else of several, the newest
/// first. What is sent back is owed again, unless a credit note lowers the invoice.
#[utoipa::path(
    post, path = "/{id}/refund", tag = "invoices", request_body = NewInvoiceRefund,
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses(
        (status = 200, body = InvoiceRefunded),
        (status = 202, body = crate::waits::ApprovalNeeded),
    ),
)]
pub(super) async fn refund_invoice(
    State(state): State<ApiState>,
    Within(caller, invoice_id, _): Within<PaymentsRefund, InvoiceId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewInvoiceRefund>,
) -> Result<Answer<InvoiceRefunded>, Problem> {
    let done = state.change(&caller, &key, seen, new.read(invoice_id)?).await?;
    let stamp = |id: PaymentId| Stamp::of(&done, id.uuid());
    let refunds = done
        .answer
        .iter()
        .map(|refund| OfPayment {
            payment_id: refund.payment_id.to_string(),
            refund: RefundPromised::of(refund, stamp(refund.payment_id)),
        })
        .collect();
    let body = InvoiceRefunded { refunds, stamp: Stamp::of(&done, invoice_id.uuid()) };
    Ok(Answer::of(&done, invoice_id.uuid(), body))
}

/// What is to be sent back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewInvoiceRefund {
    /// How much; all that payments pay if absent.
    amount: Option<WireMoney>,
    /// Why; no personal data.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// What was promised back.
#[derive(Serialize, ToSchema)]
pub(super) struct InvoiceRefunded {
    /// One per payment, oldest payment first.
    refunds: Vec<OfPayment>,
    /// Version and position of the invoice.
    #[serde(flatten)]
    stamp: Stamp,
}

/// What one payment gives back.
#[derive(Serialize, ToSchema)]
pub(super) struct OfPayment {
    /// Which.
    #[schema(example = "pay_01kchkq7w7fc9r6a8b9c0d1e2f")]
    payment_id: String,
    /// Its refund.
    #[serde(flatten)]
    refund: RefundPromised,
}

impl NewInvoiceRefund {
    fn read(&self, invoice_id: InvoiceId) -> Result<RefundInvoice, Problem> {
        let mut check = Check::default();
        let amount = match &self.amount {
            None => Some(None),
            Some(amount) => amount.read(&mut check, "/amount").map(Some),
        };
        let reason = check.text("/reason", &self.reason, 500);
        check.finish()?;
        match (amount, reason) {
            (Some(amount), Some(reason)) => Ok(RefundInvoice { invoice_id, amount, reason }),
            _ => Err(Problem::bug()),
        }
    }
}
