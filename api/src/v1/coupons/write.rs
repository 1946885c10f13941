//! Changes of coupons.

use axum::extract::State;
use billfold_app::commands::coupons::{
    ArchiveCoupon, CreateCoupon, DisableCoupon, EnableCoupon, ReviseCoupon,
};
use billfold_domain::kernel::CouponId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::terms::WireTerms;
use crate::answer::{Answer, Changed};
use crate::auth::{May, ProductsWrite};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;

/// Offers a coupon.
#[utoipa::path(
    post, path = "", tag = "coupons", request_body = WireTerms,
    responses((status = 201, body = Changed)),
)]
pub(super) async fn create_coupon(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    key: IdempotencyKey,
    Body(new): Body<WireTerms>,
) -> Result<Answer<Changed>, Problem> {
    let done = state.command(&caller, &key, CreateCoupon { terms: new.read()? }).await?;
    let id = done.answer.coupon_id;
    Ok(Answer::plain(&done, id, id.uuid()).made_at(format!("/api/v1/coupons/{id}")))
}

/// Changes the terms for redemptions from now on; the code stays.
#[utoipa::path(
    put, path = "/{id}", tag = "coupons", request_body = WireTerms,
    params(("id" = String, Path, example = "cpn_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn revise_coupon(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    Ident(coupon_id): Ident<CouponId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<WireTerms>,
) -> Result<Answer<Changed>, Problem> {
    let command = ReviseCoupon { coupon_id, terms: new.read()? };
    let done = state.change(&caller, &key, seen, command).await?;
    Ok(Answer::plain(&done, coupon_id, coupon_id.uuid()))
}

/// Switches a coupon off; what was reserved can still be redeemed.
#[utoipa::path(
    post, path = "/{id}/disable", tag = "coupons", request_body = CouponReason,
    params(("id" = String, Path, example = "cpn_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn disable_coupon(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    Ident(coupon_id): Ident<CouponId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(body): Body<CouponReason>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let reason = check.text("/reason", &body.reason, 500).ok_or_else(|| check.problem())?;
    let done = state.change(&caller, &key, seen, DisableCoupon { coupon_id, reason }).await?;
    Ok(Answer::plain(&done, coupon_id, coupon_id.uuid()))
}

/// Switches a coupon on again.
#[utoipa::path(
    post, path = "/{id}/enable", tag = "coupons",
    params(("id" = String, Path, example = "cpn_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn enable_coupon(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    Ident(coupon_id): Ident<CouponId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, EnableCoupon { coupon_id }).await?;
    Ok(Answer::plain(&done, coupon_id, coupon_id.uuid()))
}

/// Puts a coupon away for good; its code stays taken.
#[utoipa::path(
    post, path = "/{id}/archive", tag = "coupons",
    params(("id" = String, Path, example = "cpn_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn archive_coupon(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    Ident(coupon_id): Ident<CouponId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, ArchiveCoupon { coupon_id }).await?;
    Ok(Answer::plain(&done, coupon_id, coupon_id.uuid()))
}

/// Why a coupon is switched off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CouponReason {
    /// Why; no personal data.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}
