//! What becomes of an order: accepted, held back, released, completed.

use axum::extract::State;
use billfold_app::commands::orders::{AcceptOrder, CompleteOrder, HoldOrder, ReleaseOrder};
use billfold_domain::kernel::OrderId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Changed, Stamp};
use crate::auth::{OrdersWrite, Within};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::{IfMatchHeader, Reason};
use crate::v1::subscriptions::offer::WireBilling;
use crate::wire::{WireRateClass, WireTax, asked_tax};

/// Accepts an order: what recurs begins today, and one invoice asks for all that is due at once.
///
/// The prices are those the order was placed with. To bill an order without beginning anything,
/// draft an invoice of it.
#[utoipa::path(
    post, path = "/{id}/accept", tag = "orders", request_body = Acceptance,
    params(("id" = String, Path, example = "ord_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = OrderAccepted)),
)]
pub(super) async fn accept_order(
    State(state): State<ApiState>,
    Within(caller, order_id, _): Within<OrdersWrite, OrderId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<Acceptance>,
) -> Result<Answer<OrderAccepted>, Problem> {
    let done = state.change(&caller, &key, seen, new.read(order_id)?).await?;
    let subscriptions = done.answer.subscriptions.iter();
    let body = OrderAccepted {
        id: order_id.to_string(),
        subscription_ids: subscriptions.map(ToString::to_string).collect(),
        billing: done.answer.billing.as_ref().map(WireBilling::from),
        stamp: Stamp::of(&done, order_id.uuid()),
    };
    Ok(Answer::of(&done, order_id.uuid(), body))
}

/// Holds an order back that may be fraud, until it is released or cancelled.
#[utoipa::path(
    post, path = "/{id}/hold", tag = "orders", request_body = Reason,
    params(("id" = String, Path, example = "ord_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn hold_order(
    State(state): State<ApiState>,
    Within(caller, order_id, _): Within<OrdersWrite, OrderId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let hold = HoldOrder { order_id, reason: reason.read()? };
    let done = state.change(&caller, &key, seen, hold).await?;
    Ok(Answer::plain(&done, order_id, order_id.uuid()))
}

/// Lets an order go on that was held back.
#[utoipa::path(
    post, path = "/{id}/release", tag = "orders",
    params(("id" = String, Path, example = "ord_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn release_order(
    State(state): State<ApiState>,
    Within(caller, order_id, _): Within<OrdersWrite, OrderId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, ReleaseOrder { order_id }).await?;
    Ok(Answer::plain(&done, order_id, order_id.uuid()))
}

/// Completes an order that was delivered and whose invoice is paid.
#[utoipa::path(
    post, path = "/{id}/complete", tag = "orders",
    params(("id" = String, Path, example = "ord_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn complete_order(
    State(state): State<ApiState>,
    Within(caller, order_id, _): Within<OrdersWrite, OrderId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, CompleteOrder { order_id }).await?;
    Ok(Answer::plain(&done, order_id, order_id.uuid()))
}

/// How an order is accepted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrderAcceptance)]
pub(super) struct Acceptance {
    /// How everything on it is taxed; by the seller's rates for `tax_class` if absent.
    tax: Option<WireTax>,
    /// The class whose rates decide at the client's place; instead of `tax`.
    tax_class: Option<WireRateClass>,
}

impl Acceptance {
    fn read(self, order_id: OrderId) -> Result<AcceptOrder, Problem> {
        let mut check = Check::default();
        match asked_tax(self.tax.as_ref(), self.tax_class, &mut check, "") {
            Some(Some(tax)) => return Ok(AcceptOrder { order_id, tax }),
            Some(None) => {
                check.wrong("/tax", "field.missing", "say the tax, or the class in tax_class");
            }
            None => {}
        }
        Err(check.problem())
    }
}

/// The order is accepted.
#[derive(Serialize, ToSchema)]
pub(super) struct OrderAccepted {
    /// Its id.
    #[schema(example = "ord_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// The subscription of each item that recurs, in the order of the items.
    subscription_ids: Vec<String>,
    /// What was billed; null where everything begins with a trial.
    billing: Option<WireBilling>,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}
