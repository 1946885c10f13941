//! What is owed to affiliates, and what is paid.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use billfold_app::commands::affiliates::{
    ApproveCommissions, ConfirmPayout, FailPayout, PayOutCommissions, RejectCommission,
};
use billfold_domain::affiliate::PayoutTo;
use billfold_domain::kernel::{AffiliateId, Currency};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Changed, Stamp};
use crate::auth::{AffiliatesPay, AffiliatesWrite, May};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch, path_value};
use crate::state::ApiState;
use crate::v1::parameters::{IfMatchHeader, Reason};
use crate::wire::WireMoney;

/// Approves every commission whose hold is over, a thousand at most.
#[utoipa::path(
    post, path = "/{id}/commissions/approve", tag = "affiliates",
    params(("id" = String, Path, example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = CommissionsOwed)),
)]
pub(super) async fn approve_commissions(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesWrite>,
    Ident(affiliate_id): Ident<AffiliateId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<CommissionsOwed>, Problem> {
    let done = state.change(&caller, &key, seen, ApproveCommissions { affiliate_id }).await?;
    let body = CommissionsOwed {
        commissions: done.answer.commissions.clone(),
        stamp: Stamp::of(&done, affiliate_id.uuid()),
    };
    Ok(Answer::of(&done, affiliate_id.uuid(), body))
}

/// Rejects a commission that is in no payout; nothing of it is owed any longer.
#[utoipa::path(
    post, path = "/{id}/commissions/{no}/reject", tag = "affiliates", request_body = Reason,
    params(
        ("id" = String, Path, example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f"),
        ("no" = u32, Path, example = 1),
        IfMatchHeader,
    ),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn reject_commission(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesWrite>,
    Ident(affiliate_id): Ident<AffiliateId>,
    Nth(no): Nth,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let command = RejectCommission { affiliate_id, no, reason: reason.read()? };
    let done = state.change(&caller, &key, seen, command).await?;
    Ok(Answer::plain(&done, affiliate_id, affiliate_id.uuid()))
}

/// Pays out what is owed, less clawbacks; commissions whose hold is over count.
///
/// Into the affiliate's own credit it is there at once. Out of the bank it is asked for, unless a
/// reference says that it went out.
#[utoipa::path(
    post, path = "/{id}/payouts", tag = "affiliates", request_body = NewPayout,
    params(("id" = String, Path, example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses(
        (status = 200, body = PayoutRequested),
        (status = 202, body = crate::waits::ApprovalNeeded),
    ),
)]
pub(super) async fn pay_out(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesPay>,
    Ident(affiliate_id): Ident<AffiliateId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewPayout>,
) -> Result<Answer<PayoutRequested>, Problem> {
    let mut check = Check::default();
    let currency = check.value("/currency", Currency::parse(&new.currency));
    let reference = check.optional_text("/reference", new.reference.as_deref(), 200);
    let Some(currency) = currency else { return Err(check.problem()) };
    check.finish()?;
    let command = PayOutCommissions { affiliate_id, currency, to: new.to.into(), reference };
    let done = state.change(&caller, &key, seen, command).await?;
    let body = PayoutRequested {
        no: done.answer.no,
        amount: done.answer.amount.into(),
        sent: done.answer.sent,
        stamp: Stamp::of(&done, affiliate_id.uuid()),
    };
    Ok(Answer::of(&done, affiliate_id.uuid(), body))
}

/// Records that the money of a payout went out.
#[utoipa::path(
    post, path = "/{id}/payouts/{no}/confirm", tag = "affiliates", request_body = PayoutSent,
    params(
        ("id" = String, Path, example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f"),
        ("no" = u32, Path, example = 1),
        IfMatchHeader,
    ),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn confirm_payout(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesPay>,
    Ident(affiliate_id): Ident<AffiliateId>,
    Nth(no): Nth,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(sent): Body<PayoutSent>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let reference = check.text("/reference", &sent.reference, 200);
    let Some(reference) = reference else { return Err(check.problem()) };
    let command = ConfirmPayout { affiliate_id, no, reference };
    let done = state.change(&caller, &key, seen, command).await?;
    Ok(Answer::plain(&done, affiliate_id, affiliate_id.uuid()))
}

/// Records that the money of a payout did not go out; what was in it waits for another.
#[utoipa::path(
    post, path = "/{id}/payouts/{no}/fail", tag = "affiliates", request_body = Reason,
    params(
        ("id" = String, Path, example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f"),
        ("no" = u32, Path, example = 1),
        IfMatchHeader,
    ),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn fail_payout(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesPay>,
    Ident(affiliate_id): Ident<AffiliateId>,
    Nth(no): Nth,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let command = FailPayout { affiliate_id, no, reason: reason.read()? };
    let done = state.change(&caller, &key, seen, command).await?;
    Ok(Answer::plain(&done, affiliate_id, affiliate_id.uuid()))
}

/// The number of a commission or a payout of the affiliate.
pub(super) struct Nth(u32);

impl<S: Send + Sync> FromRequestParts<S> for Nth {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        path_value(parts, state, "no").await.map(Self)
    }
}

/// Commissions that are owed now.
#[derive(Serialize, ToSchema)]
pub(super) struct CommissionsOwed {
    /// Which, by number.
    commissions: Vec<u32>,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}

/// A payout to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPayout {
    /// Which currency.
    #[schema(example = "EUR", pattern = "^[A-Z]{3}$")]
    currency: String,
    /// Where to.
    to: WirePayoutTo,
    /// What the bank calls it, if the money went out already.
    #[schema(max_length = 200)]
    reference: Option<String>,
}

/// Where a payout goes.
#[derive(Deserialize, ToSchema)]
#[schema(as = PayoutTo)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "snake_case")]
enum WirePayoutTo {
    /// Into the affiliate's own credit as a client.
    CustomerCredit {},
    /// Out of the bank, by a channel.
    Channel {
        /// Its key.
        #[schema(example = "manual_bank", pattern = "^[a-z0-9_-]{1,40}$", max_length = 40)]
        key: String,
    },
}

impl From<WirePayoutTo> for PayoutTo {
    fn from(to: WirePayoutTo) -> Self {
        match to {
            WirePayoutTo::CustomerCredit {} => Self::CustomerCredit,
            WirePayoutTo::Channel { key } => Self::Channel { key },
        }
    }
}

/// A payout that is on its way, or there.
#[derive(Serialize, ToSchema)]
pub(super) struct PayoutRequested {
    /// Counts the payouts of the affiliate from 1.
    no: u32,
    /// How much.
    amount: WireMoney,
    /// Whether it is there.
    sent: bool,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}

/// A payout that went out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PayoutSent {
    /// What the bank calls it.
    #[schema(example = "SEPA 4711", min_length = 1, max_length = 200)]
    reference: String,
}
