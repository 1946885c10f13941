//! Money that goes back: refunds, disputes, and what is taken off an invoice.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use billfold_app::commands::payments::{
    self, AfterLoss, ChargeDisputeFee, ConfirmRefund, FailRefund, LoseDispute, OpenDispute,
    RefundPayment, RefundRequested, UnmatchPayment, WinDispute,
};
use billfold_domain::kernel::{InvoiceId, Money, PaymentId};
use billfold_domain::payment::{RefundFrom, Source};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::write::WireSource;
use crate::answer::{Answer, Changed, Stamp};
use crate::auth::{PaymentsRefund, PaymentsWrite, Within};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch, path_value};
use crate::state::ApiState;
use crate::v1::parameters::{IfMatchHeader, Reason};
use crate::wire::WireMoney;

/// Sends a payment back, whole or in part.
///
/// What it paid is owed again, unless a credit note lowers the invoice. Money that came by hand
/// goes back by hand, on the same day; a gateway is asked, and confirms or fails later.
#[utoipa::path(
    post, path = "/{id}/refund", tag = "payments", request_body = NewRefund,
    params(("id" = String, Path, example = "pay_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses(
        (status = 200, body = RefundPromised),
        (status = 202, body = crate::waits::ApprovalNeeded),
    ),
)]
pub(super) async fn refund_payment(
    State(state): State<ApiState>,
    Within(caller, payment_id, _): Within<PaymentsRefund, PaymentId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewRefund>,
) -> Result<Answer<RefundPromised>, Problem> {
    let done = state.change(&caller, &key, seen, new.read(payment_id)?).await?;
    let stamp = Stamp::of(&done, payment_id.uuid());
    let body = RefundPromised::of(&done.answer, stamp);
    Ok(Answer::of(&done, payment_id.uuid(), body))
}

/// Records that a refund was sent.
#[utoipa::path(
    post, path = "/{id}/refunds/{no}/confirm", tag = "payments", request_body = RefundSent,
    params(
        ("id" = String, Path, example = "pay_01kchkq7w7fc9r6a8b9c0d1e2f"),
        ("no" = u32, Path, example = 1),
        IfMatchHeader,
    ),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn confirm_refund(
    State(state): State<ApiState>,
    Within(caller, payment_id, _): Within<PaymentsWrite, PaymentId>,
    Numbered(refund_no): Numbered,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(sent): Body<RefundSent>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let reference = check.optional_text("/reference", sent.reference.as_deref(), 200);
    let sent_on = check.optional_date("/sent_on", sent.sent_on);
    let Some(sent_on) = sent_on else { return Err(check.problem()) };
    check.finish()?;
    let command = ConfirmRefund { payment_id, refund_no, reference, sent_on };
    let done = state.change(&caller, &key, seen, command).await?;
    Ok(Answer::plain(&done, payment_id, payment_id.uuid()))
}

/// Records that a refund could not be sent; the money is the client's again.
#[utoipa::path(
    post, path = "/{id}/refunds/{no}/fail", tag = "payments", request_body = Reason,
    params(
        ("id" = String, Path, example = "pay_01kchkq7w7fc9r6a8b9c0d1e2f"),
        ("no" = u32, Path, example = 1),
        IfMatchHeader,
    ),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn fail_refund(
    State(state): State<ApiState>,
    Within(caller, payment_id, _): Within<PaymentsWrite, PaymentId>,
    Numbered(refund_no): Numbered,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let command = FailRefund { payment_id, refund_no, reason: reason.read()? };
    let done = state.change(&caller, &key, seen, command).await?;
    Ok(Answer::plain(&done, payment_id, payment_id.uuid()))
}

/// Records that the client's bank took money back.
///
/// What it had paid is owed again; who is right is decided later.
#[utoipa::path(
    post, path = "/{id}/dispute", tag = "payments", request_body = NewDispute,
    params(("id" = String, Path, example = "pay_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = DisputeRecorded)),
)]
pub(super) async fn open_dispute(
    State(state): State<ApiState>,
    Within(caller, payment_id, _): Within<PaymentsWrite, PaymentId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewDispute>,
) -> Result<Answer<DisputeRecorded>, Problem> {
    let done = state.change(&caller, &key, seen, new.read(payment_id)?).await?;
    let body = DisputeRecorded {
        dispute_no: done.answer.dispute_no,
        amount: done.answer.amount.into(),
        stamp: Stamp::of(&done, payment_id.uuid()),
    };
    Ok(Answer::of(&done, payment_id.uuid(), body))
}

/// Records that the bank gave disputed money back, whole or in part.
#[utoipa::path(
    post, path = "/{id}/disputes/{no}/win", tag = "payments", request_body = DisputeWon,
    params(
        ("id" = String, Path, example = "pay_01kchkq7w7fc9r6a8b9c0d1e2f"),
        ("no" = u32, Path, example = 1),
        IfMatchHeader,
    ),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn win_dispute(
    State(state): State<ApiState>,
    Within(caller, payment_id, _): Within<PaymentsWrite, PaymentId>,
    Numbered(dispute_no): Numbered,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(won): Body<DisputeWon>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let amount = optional_money(won.amount.as_ref(), &mut check, "/amount");
    let on = check.optional_date("/on", won.on);
    let (Some(amount), Some(on)) = (amount, on) else { return Err(check.problem()) };
    let command = WinDispute { payment_id, dispute_no, amount, on };
    let done = state.change(&caller, &key, seen, command).await?;
    Ok(Answer::plain(&done, payment_id, payment_id.uuid()))
}

/// Records that what is undecided of a dispute is lost.
#[utoipa::path(
    post, path = "/{id}/disputes/{no}/lose", tag = "payments", request_body = DisputeLost,
    params(
        ("id" = String, Path, example = "pay_01kchkq7w7fc9r6a8b9c0d1e2f"),
        ("no" = u32, Path, example = 1),
        IfMatchHeader,
    ),
    responses(
        (status = 200, body = Changed),
        (status = 202, body = crate::waits::ApprovalNeeded),
    ),
)]
pub(super) async fn lose_dispute(
    State(state): State<ApiState>,
    Within(caller, payment_id, _): Within<PaymentsWrite, PaymentId>,
    Numbered(dispute_no): Numbered,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(lost): Body<DisputeLost>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let on = check.optional_date("/on", lost.on);
    let Some(on) = on else { return Err(check.problem()) };
    let then = if lost.write_off { AfterLoss::WrittenOff } else { AfterLoss::Owed };
    let command = LoseDispute { payment_id, dispute_no, then, on };
    let done = state.change(&caller, &key, seen, command).await?;
    Ok(Answer::plain(&done, payment_id, payment_id.uuid()))
}

/// Records what the gateway charges for a dispute.
#[utoipa::path(
    post, path = "/{id}/disputes/{no}/fee", tag = "payments", request_body = DisputeFee,
    params(
        ("id" = String, Path, example = "pay_01kchkq7w7fc9r6a8b9c0d1e2f"),
        ("no" = u32, Path, example = 1),
        IfMatchHeader,
    ),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn charge_dispute_fee(
    State(state): State<ApiState>,
    Within(caller, payment_id, _): Within<PaymentsWrite, PaymentId>,
    Numbered(dispute_no): Numbered,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(charged): Body<DisputeFee>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let fee = charged.fee.read(&mut check, "/fee");
    let on = check.optional_date("/on", charged.on);
    let (Some(fee), Some(on)) = (fee, on) else { return Err(check.problem()) };
    let command = ChargeDisputeFee { payment_id, dispute_no, fee, on };
    let done = state.change(&caller, &key, seen, command).await?;
    Ok(Answer::plain(&done, payment_id, payment_id.uuid()))
}

/// Takes a part of a payment off an invoice, which asks for it again.
#[utoipa::path(
    post, path = "/{id}/allocations/{no}/unmatch", tag = "payments", request_body = Unmatch,
    params(
        ("id" = String, Path, example = "pay_01kchkq7w7fc9r6a8b9c0d1e2f"),
        ("no" = u32, Path, example = 1),
        IfMatchHeader,
    ),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn unmatch_payment(
    State(state): State<ApiState>,
    Within(caller, payment_id, _): Within<PaymentsWrite, PaymentId>,
    Numbered(allocation_no): Numbered,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(ask): Body<Unmatch>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let amount = optional_money(ask.amount.as_ref(), &mut check, "/amount");
    let Some(amount) = amount else { return Err(check.problem()) };
    let to = Source::from(ask.to);
    let command = UnmatchPayment { payment_id, allocation_no, amount, to };
    let done = state.change(&caller, &key, seen, command).await?;
    Ok(Answer::plain(&done, payment_id, payment_id.uuid()))
}

/// The number of a refund, a dispute or an allocation within its payment.
pub(super) struct Numbered(u32);

impl<S: Send + Sync> FromRequestParts<S> for Numbered {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        path_value(parts, state, "no").await.map(Self)
    }
}

/// Money to be sent back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRefund {
    /// How much; all that is left of the payment if absent.
    amount: Option<WireMoney>,
    /// Only what paid this invoice; wherever the money lies if absent.
    #[schema(example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")]
    invoice_id: Option<String>,
    /// Only one of the other places.
    from: Option<WireSource>,
    /// Why; no personal data.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Money is promised back.
#[derive(Serialize, ToSchema)]
pub(in crate::v1) struct RefundPromised {
    /// Counts the refunds of the payment from 1.
    refund_no: u32,
    /// How much.
    amount: WireMoney,
    /// What invoices ask for again.
    reopened: Vec<Reopened>,
    /// Whether it is sent already.
    sent: bool,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}

/// What an invoice asks for again.
#[derive(Serialize, ToSchema)]
pub(super) struct Reopened {
    /// Which invoice.
    invoice_id: String,
    /// How much.
    amount: Option<WireMoney>,
}

/// A refund that was sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefundSent {
    /// The gateway's own name for it.
    #[schema(max_length = 200)]
    reference: Option<String>,
    /// The day; today at the seller's place if absent.
    sent_on: Option<NaiveDate>,
}

/// Money the client's bank took back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDispute {
    /// The gateway's own name for the dispute; reported again, it is the same.
    #[schema(max_length = 200)]
    reference: Option<String>,
    /// What the bank claims.
    claimed: WireMoney,
    /// What the bank says; no personal data.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// The day; today at the seller's place if absent.
    opened_on: Option<NaiveDate>,
}

/// A dispute is recorded.
#[derive(Serialize, ToSchema)]
pub(super) struct DisputeRecorded {
    /// Counts the disputes of the payment from 1.
    dispute_no: u32,
    /// What was taken out of the payment.
    amount: WireMoney,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}

/// Disputed money that came back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DisputeWon {
    /// How much; all that is undecided if absent.
    amount: Option<WireMoney>,
    /// The day; today at the seller's place if absent.
    on: Option<NaiveDate>,
}

/// Disputed money that is lost.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DisputeLost {
    /// Whether the claim is given up; the client owes it otherwise.
    #[serde(default)]
    write_off: bool,
    /// The day; today at the seller's place if absent.
    on: Option<NaiveDate>,
}

/// What the gateway charges.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DisputeFee {
    /// How much.
    fee: WireMoney,
    /// The day; today at the seller's place if absent.
    on: Option<NaiveDate>,
}

/// What is taken off an invoice.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Unmatch {
    /// How much; all that the allocation pays if absent.
    amount: Option<WireMoney>,
    /// Where the money lies afterwards.
    to: WireSource,
}

impl NewRefund {
    fn read(&self, payment_id: PaymentId) -> Result<RefundPayment, Problem> {
        let mut check = Check::default();
        let amount = optional_money(self.amount.as_ref(), &mut check, "/amount");
        let invoice = check.optional_id::<InvoiceId>("/invoice_id", self.invoice_id.as_deref());
        let reason = check.text("/reason", &self.reason, 500);
        if self.invoice_id.is_some() && self.from.is_some() {
            check.wrong("/from", "refund.ambiguous", "give either invoice_id or from");
        }
        let (Some(amount), Some(invoice), Some(reason)) = (amount, invoice, reason) else {
            return Err(check.problem());
        };
        check.finish()?;
        let from = match (invoice, self.from) {
            (Some(invoice), _) => RefundFrom::Invoice(invoice),
            (None, Some(place)) => RefundFrom::Place(place.into()),
            (None, None) => RefundFrom::Anywhere,
        };
        Ok(RefundPayment { payment_id, amount, from, reason })
    }
}

impl NewDispute {
    fn read(&self, payment_id: PaymentId) -> Result<OpenDispute, Problem> {
        let mut check = Check::default();
        let reference = check.optional_text("/reference", self.reference.as_deref(), 200);
        let claimed = self.claimed.read(&mut check, "/claimed");
        let reason = check.text("/reason", &self.reason, 500);
        let opened_on = check.optional_date("/opened_on", self.opened_on);
        let (Some(claimed), Some(reason), Some(opened_on)) = (claimed, reason, opened_on) else {
            return Err(check.problem());
        };
        check.finish()?;
        Ok(OpenDispute { payment_id, reference, claimed, reason, opened_on })
    }
}

impl RefundPromised {
    pub(in crate::v1) fn of(requested: &RefundRequested, stamp: Stamp) -> Self {
        let reopened = |share: &payments::ShareOf| Reopened {
            invoice_id: share.invoice_id.to_string(),
            amount: share.amount.map(WireMoney::from),
        };
        Self {
            refund_no: requested.refund_no,
            amount: requested.amount.into(),
            reopened: requested.reopened.iter().map(reopened).collect(),
            sent: requested.sent,
            stamp,
        }
    }
}

fn optional_money(
    wire: Option<&WireMoney>,
    check: &mut Check,
    pointer: &str,
) -> Option<Option<Money>> {
    match wire {
        None => Some(None),
        Some(amount) => amount.read(check, pointer).map(Some),
    }
}
