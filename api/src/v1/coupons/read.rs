//! Reads of coupons.

use axum::Json;
use axum::extract::State;
use billfold_domain::coupon::{Coupon, CouponTerms, OfferedCoupon};
use billfold_domain::kernel::{CouponId, InvoiceId, OrderId, SubscriptionId};
use billfold_projections::Projection;
use billfold_projections::coupon_list::{
    self, CouponList, CouponRow, Filter, Offered, RedeemedKind, RedemptionRow,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::terms::WireTerms;
use crate::answer::Versioned;
use crate::auth::{May, ProductsRead};
use crate::problem::Problem;
use crate::receive::{Check, Ident, ListOf};
use crate::state::ApiState;
use crate::wire::{Page, Paging};

/// Lists coupons by code.
#[utoipa::path(
    get, path = "", tag = "coupons", params(ListCoupons, Paging),
    responses((status = 200, body = Page<WireCoupon>)),
)]
pub(super) async fn list_coupons(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsRead>,
    ListOf(query, part): ListOf<ListCoupons>,
) -> Result<Json<Page<WireCoupon>>, Problem> {
    let wanted = part.wanted()?;
    let filter = query.read()?;
    state.reach(CouponList::NAME, part.min_position).await?;
    let page = coupon_list::page(state.reads(), caller.tenant, &filter, &wanted).await?;
    Ok(Json(Page::of(page, WireCoupon::from)))
}

/// Reads one coupon.
///
/// The answer is the present state, whatever the read side has reached.
#[utoipa::path(
    get, path = "/{id}", tag = "coupons",
    params(("id" = String, Path, example = "cpn_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = WireCoupon)),
)]
pub(super) async fn read_coupon(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsRead>,
    Ident(id): Ident<CouponId>,
) -> Result<Versioned<WireCoupon>, Problem> {
    let (coupon, version) = state.door().load::<Coupon>(caller.tenant, id.uuid()).await?;
    let offered = coupon.offered().ok_or_else(Problem::not_found)?;
    Ok(Versioned { body: WireCoupon::of(id, offered), version })
}

/// Lists who had a coupon, newest first.
#[utoipa::path(
    get, path = "/{id}/redemptions", tag = "coupons",
    params(("id" = String, Path, example = "cpn_01kchkq7w7fc9r6a8b9c0d1e2f"), Paging),
    responses((status = 200, body = Page<WireRedemption>)),
)]
pub(super) async fn list_coupon_redemptions(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsRead>,
    Ident(id): Ident<CouponId>,
    ListOf(_nothing, part): ListOf<Nothing>,
) -> Result<Json<Page<WireRedemption>>, Problem> {
    let wanted = part.wanted()?;
    let (coupon, _) = state.door().load::<Coupon>(caller.tenant, id.uuid()).await?;
    coupon.offered().ok_or_else(Problem::not_found)?;
    state.reach(CouponList::NAME, part.min_position).await?;
    let page = coupon_list::redemptions(state.reads(), caller.tenant, id, &wanted).await?;
    Ok(Json(Page::of(page, WireRedemption::from)))
}

/// No condition.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Nothing {}

/// Which coupons are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListCoupons {
    /// The one of this code, in capitals or not.
    #[param(max_length = 40, example = "spring26")]
    code: Option<String>,
    /// Those that are `active`, `disabled` or `archived`.
    #[param(example = "active")]
    status: Option<String>,
}

impl ListCoupons {
    fn read(&self) -> Result<Filter, Problem> {
        let mut check = Check::query();
        let code = check.optional_text("/code", self.code.as_deref(), 40);
        let status = self.status.as_deref().map(|word| (Offered::parse(word), word));
        if matches!(status, Some((None, _))) {
            check.wrong("/status", "coupon.status_unknown", "use active, disabled or archived");
        }
        check.finish()?;
        Ok(Filter { status: status.and_then(|(status, _)| status), code })
    }
}

/// A coupon.
#[derive(Serialize, ToSchema)]
#[schema(as = Coupon)]
pub(super) struct WireCoupon {
    /// Its id, which follows from its code.
    #[schema(example = "cpn_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// `active`, `disabled` or `archived`.
    #[schema(example = "active")]
    status: &'static str,
    /// How often it is kept for an order, an invoice or a subscription.
    reserved: u64,
    /// How often it came off something.
    redeemed: u64,
    /// Its terms as of now.
    terms: WireTerms,
}

impl WireCoupon {
    fn of(id: CouponId, offered: &OfferedCoupon) -> Self {
        let taken = u64::try_from(offered.taken.len()).unwrap_or(u64::MAX);
        let redeemed = offered.taken.values().filter(|taken| taken.redeemed).count();
        let redeemed = u64::try_from(redeemed).unwrap_or(u64::MAX);
        Self::new(id, &offered.terms, taken.saturating_sub(redeemed), redeemed)
    }

    fn new(id: CouponId, terms: &CouponTerms, reserved: u64, redeemed: u64) -> Self {
        let status = terms.status.word();
        Self { id: id.to_string(), status, reserved, redeemed, terms: terms.into() }
    }
}

impl From<CouponRow> for WireCoupon {
    fn from(row: CouponRow) -> Self {
        let count = |count: i64| u64::try_from(count).unwrap_or_default();
        Self::new(row.coupon_id, &row.terms.0, count(row.reserved), count(row.redeemed))
    }
}

/// One redemption of a coupon.
#[derive(Serialize, ToSchema)]
#[schema(as = CouponRedemption)]
pub(super) struct WireRedemption {
    /// What it comes off: `order`, `invoice` or `subscription`.
    #[schema(example = "invoice")]
    kind: &'static str,
    /// The id of that.
    #[schema(example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Who has it.
    #[schema(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: String,
    /// `reserved`, `redeemed` or `released`.
    #[schema(example = "redeemed")]
    status: &'static str,
    /// The day of that.
    on: NaiveDate,
}

impl From<RedemptionRow> for WireRedemption {
    fn from(row: RedemptionRow) -> Self {
        let id = match row.target {
            RedeemedKind::Order => OrderId::new(row.target_id).to_string(),
            RedeemedKind::Invoice => InvoiceId::new(row.target_id).to_string(),
            RedeemedKind::Subscription => SubscriptionId::new(row.target_id).to_string(),
        };
        Self {
            kind: row.target.as_str(),
            id,
            client_id: row.client_id.to_string(),
            status: row.status.as_str(),
            on: row.day,
        }
    }
}
