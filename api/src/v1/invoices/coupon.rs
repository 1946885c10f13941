//! Coupons that come off a draft.

use axum::extract::State;
use billfold_app::commands::coupons::{ApplyCoupon, TakeCouponOff};
use billfold_domain::kernel::{CouponId, InvoiceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Changed, Stamp};
use crate::auth::{InvoicesWrite, Within};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::WireMoney;

/// Takes a coupon off a draft.
///
/// Its discount stands on a line for each line it lowers; what is billed stays as it is until the
/// coupon is taken off again. It is redeemed when the draft is issued.
#[utoipa::path(
    post, path = "/{id}/coupon", tag = "invoices", request_body = CouponToApply,
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = InvoiceDiscounted)),
)]
pub(super) async fn apply_coupon(
    State(state): State<ApiState>,
    Within(caller, invoice_id, _): Within<InvoicesWrite, InvoiceId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(asked): Body<CouponToApply>,
) -> Result<Answer<InvoiceDiscounted>, Problem> {
    let mut check = Check::default();
    let code = check.text("/code", &asked.code, 40).ok_or_else(|| check.problem())?;
    let done = state.change(&caller, &key, seen, ApplyCoupon { invoice_id, code }).await?;
    let body = InvoiceDiscounted {
        coupon_id: done.answer.coupon_id.to_string(),
        discount: done.answer.discount.into(),
        total: done.answer.total.into(),
        stamp: Stamp::of(&done, invoice_id.uuid()),
    };
    Ok(Answer::of(&done, invoice_id.uuid(), body))
}

/// Lets a coupon come off a draft no longer; somebody else may have it then.
#[utoipa::path(
    post, path = "/{id}/take-coupon-off", tag = "invoices", request_body = CouponToTakeOff,
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn take_coupon_off(
    State(state): State<ApiState>,
    Within(caller, invoice_id, _): Within<InvoicesWrite, InvoiceId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(asked): Body<CouponToTakeOff>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let coupon_id = check.id::<CouponId>("/coupon_id", &asked.coupon_id);
    let coupon_id = coupon_id.ok_or_else(|| check.problem())?;
    let command = TakeCouponOff { invoice_id, coupon_id: Some(coupon_id) };
    let done = state.change(&caller, &key, seen, command).await?;
    Ok(Answer::plain(&done, invoice_id, invoice_id.uuid()))
}

/// A coupon by its code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CouponToApply {
    /// In capitals or not.
    #[schema(example = "SPRING26", min_length = 1, max_length = 40)]
    code: String,
}

/// A coupon that came off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CouponToTakeOff {
    /// Which.
    #[schema(example = "cpn_01kchkq7w7fc9r6a8b9c0d1e2f")]
    coupon_id: String,
}

/// A coupon comes off a draft.
#[derive(Serialize, ToSchema)]
pub(super) struct InvoiceDiscounted {
    /// The coupon.
    #[schema(example = "cpn_01kchkq7w7fc9r6a8b9c0d1e2f")]
    coupon_id: String,
    /// What all coupons take off the draft, without tax.
    discount: WireMoney,
    /// What the draft comes to, with tax.
    total: WireMoney,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}
