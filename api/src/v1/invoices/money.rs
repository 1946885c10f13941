//! Money for one invoice: recorded by hand, or charged through a gateway.

use axum::extract::State;
use billfold_app::commands::invoices::ApplyClientCredit;
use billfold_app::commands::payments::{ChargeInvoice, ChargeOutcome, PayInvoice};
use billfold_domain::kernel::InvoiceId;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Stamp};
use crate::auth::{PaymentsWrite, Within};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::v1::payments::PaymentRecorded;
use crate::wire::WireMoney;

/// Marks an invoice as paid, in full or in part.
///
/// What arrived beyond the balance becomes the client's credit. Without an amount it is the balance
/// at the moment of the decision, so that a second press pays nothing.
#[utoipa::path(
    post, path = "/{id}/pay", tag = "invoices", request_body = Pay,
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 201, body = PaymentRecorded)),
)]
pub(super) async fn pay_invoice(
    State(state): State<ApiState>,
    Within(caller, invoice_id, _): Within<PaymentsWrite, InvoiceId>,
    key: IdempotencyKey,
    Body(pay): Body<Pay>,
) -> Result<Answer<PaymentRecorded>, Problem> {
    let done = state.command(&caller, &key, pay.read(invoice_id)?).await?;
    let id = done.answer.payment_id;
    let body = PaymentRecorded::of(&done);
    Ok(Answer::of(&done, id.uuid(), body).made_at(format!("/api/v1/payments/{id}")))
}

/// Pays an invoice from its client's credit, as far as that goes.
#[utoipa::path(
    post, path = "/{id}/apply-credit", tag = "invoices",
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = CreditUsed)),
)]
pub(super) async fn apply_credit(
    State(state): State<ApiState>,
    Within(caller, invoice_id, _): Within<PaymentsWrite, InvoiceId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<CreditUsed>, Problem> {
    let done = state.change(&caller, &key, seen, ApplyClientCredit { invoice_id }).await?;
    let body = CreditUsed {
        amount: done.answer.amount.into(),
        balance_due: done.answer.balance_due.into(),
        stamp: Stamp::of(&done, invoice_id.uuid()),
    };
    Ok(Answer::of(&done, invoice_id.uuid(), body))
}

/// Credit paid an invoice.
#[derive(Serialize, ToSchema)]
pub(super) struct CreditUsed {
    /// How much.
    amount: WireMoney,
    /// What is still owed.
    balance_due: WireMoney,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}

/// Charges what an invoice asks for through a gateway.
///
/// A retry with the same key charges nothing twice. A decline is an answer, not an error.
#[utoipa::path(
    post, path = "/{id}/charge", tag = "invoices", request_body = Charge,
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 201, body = InvoiceCharged)),
)]
pub(super) async fn charge_invoice(
    State(state): State<ApiState>,
    Within(caller, invoice_id, _): Within<PaymentsWrite, InvoiceId>,
    key: IdempotencyKey,
    Body(charge): Body<Charge>,
) -> Result<Answer<InvoiceCharged>, Problem> {
    let mut check = Check::default();
    let gateway = check.text("/gateway", &charge.gateway, 40).ok_or_else(|| check.problem())?;
    let done = state.command(&caller, &key, ChargeInvoice { invoice_id, gateway }).await?;
    let id = done.answer.payment_id;
    let (outcome, reference, reason) = match &done.answer.outcome {
        ChargeOutcome::Settled { reference } => ("settled", Some(reference.clone()), None),
        ChargeOutcome::Declined { reason } => ("declined", None, Some(reason.clone())),
    };
    let body = InvoiceCharged {
        payment_id: id.to_string(),
        amount: done.answer.amount.into(),
        outcome,
        reference,
        reason,
        stamp: Stamp::of(&done, id.uuid()),
    };
    Ok(Answer::of(&done, id.uuid(), body).made_at(format!("/api/v1/payments/{id}")))
}

/// Money that arrived for an invoice.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Pay {
    /// What arrived; all that is owed if absent.
    amount: Option<WireMoney>,
    /// How it came: `manual_bank` or `manual_cash`.
    #[schema(example = "manual_bank", max_length = 40)]
    method: String,
    /// The bank's own name for it; one payment has it.
    #[schema(example = "2026-03-05/0042", max_length = 200)]
    reference: Option<String>,
    /// The day it arrived; today at the seller's place if absent.
    received_on: Option<NaiveDate>,
}

impl Pay {
    fn read(self, invoice_id: InvoiceId) -> Result<PayInvoice, Problem> {
        let mut check = Check::default();
        let amount = match &self.amount {
            None => Some(None),
            Some(amount) => amount.read(&mut check, "/amount").map(Some),
        };
        let method = check.text("/method", &self.method, 40);
        let reference = check.optional_text("/reference", self.reference.as_deref(), 200);
        let received_on = check.optional_date("/received_on", self.received_on);
        check.finish()?;
        match (amount, method, received_on) {
            (Some(amount), Some(method), Some(received_on)) => {
                Ok(PayInvoice { invoice_id, amount, method, reference, received_on })
            }
            _ => Err(Problem::bug()),
        }
    }
}

/// Which gateway to charge.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Charge {
    /// Key of the gateway; `sandbox` moves no real money.
    #[schema(example = "sandbox", max_length = 40)]
    gateway: String,
}

/// The gateway answered, and the answer is recorded.
#[derive(Serialize, ToSchema)]
pub(super) struct InvoiceCharged {
    /// The payment, or the failed attempt.
    #[schema(example = "pay_01kchkq7w7fc9r6a8b9c0d1e2f")]
    payment_id: String,
    /// How much was tried.
    amount: WireMoney,
    /// `settled` if the money moved, `declined` if not.
    #[schema(example = "settled", pattern = "^(settled|declined)$")]
    outcome: &'static str,
    /// The gateway's name for it, if the money moved.
    reference: Option<String>,
    /// What the gateway said, if it did not.
    reason: Option<String>,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}
