//! Money that goes back: by the name of the capture, never of the order (PPL-05).

use std::time::Duration;

use async_trait::async_trait;
use billfold_app::ports::driver::{Call, CallFailure, Found, Why};
use billfold_app::ports::gateway::{
    RefundAsk, RefundReport, RefundStageThere, Refunding, SoughtRefund,
};
use billfold_domain::kernel::RefundId;
use serde_json::json;

use super::checkout::{no_name, order_of};
use super::client::{Answer, Api, Asking, after_the_act};
use super::wire::{Capture, Refund, is_name, named};
use super::{PayPal, line, money};

/// How long a refund that waits, such as for an eCheck, may wait before it is asked about.
const LOOK_AGAIN: Duration = Duration::from_secs(6 * 3600);

/// PayPal will not send this refund, now and later.
const FAILED: &[&str] = &[
    "CAPTURE_FULLY_REFUNDED",
    "MAX_NUMBER_OF_REFUNDS_EXCEEDED",
    "PARTIAL_REFUND_NOT_ALLOWED",
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
    "PENDING_CAPTURE",
    "REFUND_AMOUNT_EXCEEDED",
    "REFUND_AMOUNT_TOO_LOW",
    "REFUND_FAILED_INSUFFICIENT_FUNDS",
    "REFUND_IS_RESTRICTED",
    "REFUND_NOT_ALLOWED",
    "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK",
    "REFUND_TIME_LIMIT_EXCEEDED",
    "TRANSACTION_DISPUTED",
];

#[async_trait]
impl Refunding for PayPal {
    /// The amount is always said: without one PayPal would send what it believes to be left.
    async fn refund(
        &self,
        call: &Call<'_>,
        ask: &RefundAsk<'_>,
    ) -> Result<RefundReport, CallFailure> {
        if !is_name(ask.reference) {
            return Err(no_name());
        }
        let mut body =
            json!({ "amount": money::write(ask.amount)?, "invoice_id": ask.refund_id.to_string() });
        if let Some(note) = line(ask.description, 255) {
            body["note_to_payer"] = json!(note);
        }
        let api = Api::of(self, call);
        let path = format!("/v2/payments/captures/{}/refund", ask.reference);
        let asking = Asking::post(path, body.to_string().into_bytes()).once(call.key());
        match api.send(&asking).await? {
            Answer::Good(reply) => Ok(sent(&reply.json::<Refund>()?)),
            // Our own reference is known there: it was made before, under another key.
            Answer::No(problem) if problem.is(&["DUPLICATE_INVOICE_ID"]) => {
                let made = by_ours(&api, ask.reference, ask.refund_id).await;
                let made = made.map_err(after_the_act)?;
                made.ok_or_else(|| CallFailure::Unknown { why: problem.why() })
            }
            Answer::No(problem) if problem.is(FAILED) => Ok(RefundReport {
                // PayPal gives what it refuses no name.
                reference: ask.refund_id.to_string(),
                ours: Some(ask.refund_id),
                amount: None,
                stage: RefundStageThere::Failed { why: problem.why() },
            }),
            Answer::No(problem) => Err(problem.rejected()),
        }
    }

    async fn look_up(
        &self,
        call: &Call<'_>,
        about: &SoughtRefund<'_>,
    ) -> Result<Found<RefundReport>, CallFailure> {
        let api = Api::of(self, call);
        if let Some(name) = about.reference.filter(|name| is_name(name)) {
            let path = format!("/v2/payments/refunds/{name}");
            // What had a name once cannot vanish.
            let found = api.find::<Refund>(path).await?;
            return Ok(found.map_or(Found::CannotTell, |it| Found::There(sent(&it))));
        }
        if !is_name(about.payment_reference) {
            return Ok(Found::CannotTell);
        }
        let Some(all) = refunds_of(&api, about.payment_reference).await? else {
            return Ok(Found::CannotTell);
        };
        let found = all.iter().find(|refund| refund.ours() == Some(about.refund_id));
        Ok(found.map_or(Found::NotThere, |it| Found::There(sent(it))))
    }

    async fn all_of(
        &self,
        call: &Call<'_>,
        payment_reference: &str,
    ) -> Result<Vec<RefundReport>, CallFailure> {
        if !is_name(payment_reference) {
            return Err(no_name());
        }
        let all = refunds_of(&Api::of(self, call), payment_reference).await?;
        let all = all.ok_or_else(|| {
            let why = Why::new("not_listed", "PayPal does not tell the refunds of this capture");
            CallFailure::Unknown { why }
        })?;
        Ok(all.iter().map(sent).collect())
    }
}

/// What PayPal says about a refund. A status that nobody knows is under way, never money.
pub(super) fn sent(refund: &Refund) -> RefundReport {
    let stage = match refund.status.as_str() {
        "COMPLETED" => RefundStageThere::Sent,
        "FAILED" | "CANCELLED" => {
            let code = match refund.status_details.reason.as_str() {
                "" => refund.status.to_lowercase(),
                reason => reason.to_lowercase(),
            };
            RefundStageThere::Failed { why: Why::new(code, "PayPal did not send the refund") }
        }
        _ => RefundStageThere::UnderWay { look_again: LOOK_AGAIN },
    };
    RefundReport {
        reference: refund.id.clone(),
        ours: refund.ours(),
        amount: refund.amount.as_ref().and_then(money::read),
        stage,
    }
}

async fn by_ours(
    api: &Api<'_>,
    capture: &str,
    refund_id: RefundId,
) -> Result<Option<RefundReport>, CallFailure> {
    let all = refunds_of(api, capture).await?.unwrap_or_default();
    Ok(all.iter().find(|refund| refund.ours() == Some(refund_id)).map(sent))
}

/// Every refund of a capture. PayPal has no list of them but in the order that was captured;
/// nothing where that is not told.
async fn refunds_of(api: &Api<'_>, capture: &str) -> Result<Option<Vec<Refund>>, CallFailure> {
    let found = api.find::<Capture>(format!("/v2/payments/captures/{capture}")).await?;
    let Some(order) = found.as_ref().and_then(|it| named(&it.links, "up")) else {
        return Ok(None);
    };
    let Some(order) = order_of(api, order).await? else { return Ok(None) };
    let refunds = order.purchase_units.into_iter().flat_map(|unit| unit.payments.refunds);
    let of_it = refunds.filter(|it| named(&it.links, "up").is_none_or(|up| up == capture));
    Ok(Some(of_it.collect()))
}
