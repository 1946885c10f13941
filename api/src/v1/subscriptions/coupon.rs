//! Coupons that come off a subscription.

use axum::extract::State;
use billfold_app::commands::subscriptions::{AttachCoupon, DetachCoupon};
use billfold_domain::coupon::Left;
use billfold_domain::kernel::{CouponId, SubscriptionId};
use billfold_domain::subscription::AttachedCoupon;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Changed, Stamp};
use crate::auth::{SubscriptionsWrite, Within};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::WireMoney;

/// Lets a coupon come off what is billed from now on.
///
/// As often as the coupon says: once, so many times, or for ever. It is redeemed with the first
/// document it comes off.
#[utoipa::path(
    post, path = "/{id}/coupon", tag = "subscriptions", request_body = CouponToAttach,
    params(("id" = String, Path, example = "sub_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = CouponAttached)),
)]
pub(super) async fn attach_coupon(
    State(state): State<ApiState>,
    Within(caller, subscription_id, _): Within<SubscriptionsWrite, SubscriptionId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(asked): Body<CouponToAttach>,
) -> Result<Answer<CouponAttached>, Problem> {
    let mut check = Check::default();
    let code = check.text("/code", &asked.code, 40).ok_or_else(|| check.problem())?;
    let command = AttachCoupon { subscription_id, code };
    let done = state.change(&caller, &key, seen, command).await?;
    let body = CouponAttached {
        coupon_id: done.answer.coupon_id.to_string(),
        stamp: Stamp::of(&done, subscription_id.uuid()),
    };
    Ok(Answer::of(&done, subscription_id.uuid(), body))
}

/// Lets a coupon come off a subscription no longer.
#[utoipa::path(
    post, path = "/{id}/detach-coupon", tag = "subscriptions", request_body = CouponToDetach,
    params(("id" = String, Path, example = "sub_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn detach_coupon(
    State(state): State<ApiState>,
    Within(caller, subscription_id, _): Within<SubscriptionsWrite, SubscriptionId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(asked): Body<CouponToDetach>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let coupon_id = check.id::<CouponId>("/coupon_id", &asked.coupon_id);
    let coupon_id = coupon_id.ok_or_else(|| check.problem())?;
    let command = DetachCoupon { subscription_id, coupon_id: Some(coupon_id) };
    let done = state.change(&caller, &key, seen, command).await?;
    Ok(Answer::plain(&done, subscription_id, subscription_id.uuid()))
}

/// A coupon by its code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CouponToAttach {
    /// In capitals or not.
    #[schema(example = "SPRING26", min_length = 1, max_length = 40)]
    code: String,
}

/// A coupon that is attached.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CouponToDetach {
    /// Which.
    #[schema(example = "cpn_01kchkq7w7fc9r6a8b9c0d1e2f")]
    coupon_id: String,
}

/// The coupon is attached.
#[derive(Serialize, ToSchema)]
pub(super) struct CouponAttached {
    /// The coupon.
    #[schema(example = "cpn_01kchkq7w7fc9r6a8b9c0d1e2f")]
    coupon_id: String,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}

/// A coupon that comes off a subscription.
#[derive(Serialize, ToSchema)]
#[schema(as = AttachedCoupon)]
pub(super) struct WireAttachedCoupon {
    /// The coupon.
    #[schema(example = "cpn_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// What people type.
    #[schema(example = "SPRING26")]
    code: String,
    /// On how many more documents it comes off; null unless they are counted.
    uses_left: Option<u32>,
    /// How much more it takes off; null unless it is an amount that is used up.
    amount_left: Option<WireMoney>,
}

impl From<&AttachedCoupon> for WireAttachedCoupon {
    fn from(coupon: &AttachedCoupon) -> Self {
        let (uses_left, amount_left) = match coupon.held.left {
            Left::Amount(amount) => (None, Some(amount.into())),
            Left::Uses(uses) => (Some(uses), None),
            Left::Unlimited => (None, None),
        };
        let code = coupon.held.coupon.code.clone();
        Self { id: coupon.coupon_id.to_string(), code, uses_left, amount_left }
    }
}
