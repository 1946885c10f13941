//! Takes the money of an approved order (PPL-03).

use std::time::Duration;

use async_trait::async_trait;
use billfold_app::ports::driver::{Call, CallFailure, Why};
use billfold_app::ports::gateway::{Capturing, ChargeReport, ChargeStage, Handover, Sought};
use billfold_domain::payment::Decline;
use chrono::{DateTime, Utc};

use super::PayPal;
use super::checkout::{ORDER_LASTS, cancelled, is_of, no_name, order_of, report, reported};
use super::client::{Answer, Api, Asking, Problem, after_the_act};
use super::wire::{Order, is_name, payer_page};

/// The payer has to go back to the page, perhaps with another way to pay.
const SENT_BACK: &[&str] = &[
    "INSTRUMENT_DECLINED",
    "ORDER_NOT_APPROVED",
    "PAYER_ACTION_REQUIRED",
    "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING",
];

/// PayPal does not let this payer pay this seller so.
const DECLINED: &[&str] = &[
    "AGREEMENT_ALREADY_CANCELLED",
    "COMPLIANCE_VIOLATION",
    "DECLINED_DUE_TO_RELATED_TXN",
    "DOMESTIC_TRANSACTION_REQUIRED",
    "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
    "PAYEE_BLOCKED_TRANSACTION",
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
    "PAYER_ACCOUNT_RESTRICTED",
    "PAYER_CANNOT_PAY",
    "TRANSACTION_BLOCKED_BY_PAYEE",
    "TRANSACTION_LIMIT_EXCEEDED",
    "TRANSACTION_RECEIVING_LIMIT_EXCEEDED",
    "TRANSACTION_REFUSED",
];

/// The order is over without money.
const OVER: &[&str] = &["ORDER_EXPIRED", "ORDER_VOIDED", "ORDER_COMPLETED_OR_VOIDED"];

#[async_trait]
impl Capturing for PayPal {
    async fn capture(
        &self,
        call: &Call<'_>,
        about: &Sought<'_>,
    ) -> Result<ChargeReport, CallFailure> {
        let name = about.reference.filter(|name| is_name(name)).ok_or_else(no_name)?;
        let api = Api::of(self, call);
        let path = format!("/v2/checkout/orders/{name}/capture");
        let asking = Asking::post(path, b"{}".to_vec()).once(call.key());
        match api.send(&asking).await? {
            Answer::Good(reply) => {
                let order: Order = reply.json()?;
                if is_captured(&order) {
                    return reported(&order, call.now());
                }
                // A short answer: what was taken, the order tells.
                as_it_is(&api, name, call.now()).await
            }
            Answer::No(problem) => refused(&api, &problem, about, name, call.now()).await,
        }
    }
}

/// What a refused capture comes to.
async fn refused(
    api: &Api<'_>,
    problem: &Problem,
    about: &Sought<'_>,
    name: &str,
    now: DateTime<Utc>,
) -> Result<ChargeReport, CallFailure> {
    if problem.is(&["ORDER_ALREADY_CAPTURED", "DUPLICATE_INVOICE_ID"]) {
        return if_ours(api, problem, about, name, now).await;
    }
    if problem.is(SENT_BACK) {
        return sent_back(api, problem, name, now).await;
    }
    if problem.is(DECLINED) {
        let (decline, why) = (Decline::Hard, problem.why());
        return Ok(report(name, ChargeStage::Declined { decline, why, ask_client: false }));
    }
    if problem.status == 404 || problem.is(OVER) {
        return Ok(cancelled(name, "expired", "the order is over, and it took no money"));
    }
    Err(problem.rejected())
}

/// What was captured already is done, if it is what we would have captured.
async fn if_ours(
    api: &Api<'_>,
    problem: &Problem,
    about: &Sought<'_>,
    name: &str,
    now: DateTime<Utc>,
) -> Result<ChargeReport, CallFailure> {
    match order_of(api, name).await.map_err(after_the_act)? {
        Some(order) if is_captured(&order) && is_of(&order, about.payment_id) => {
            reported(&order, now)
        }
        // Somebody else's, or paid by another order of the same payment: a person must look.
        _ => Err(problem.rejected()),
    }
}

fn is_captured(order: &Order) -> bool {
    order.purchase_units.iter().any(|unit| !unit.payments.captures.is_empty())
}

/// The payer goes back to the page that PayPal names with its refusal, or with the order.
async fn sent_back(
    api: &Api<'_>,
    problem: &Problem,
    name: &str,
    now: DateTime<Utc>,
) -> Result<ChargeReport, CallFailure> {
    let mut page = payer_page(&problem.links).map(str::to_owned);
    if page.is_none()
        && let Some(order) = order_of(api, name).await.map_err(after_the_act)?
    {
        page = payer_page(&order.links).map(str::to_owned);
    }
    let Some(url) = page else {
        let look_again = Duration::from_secs(600);
        return Ok(report(name, ChargeStage::Pending { look_again }));
    };
    let until = Some(now + ORDER_LASTS);
    Ok(report(name, ChargeStage::NeedsClient { handover: Handover::Page { url }, until }))
}

/// What the order says now that PayPal did what it was asked.
async fn as_it_is(
    api: &Api<'_>,
    name: &str,
    now: DateTime<Utc>,
) -> Result<ChargeReport, CallFailure> {
    let found = order_of(api, name).await.map_err(after_the_act)?;
    found.map_or_else(
        || {
            let why = Why::new("unreadable", "PayPal captured the order and does not show it");
            Err(CallFailure::Unknown { why })
        },
        |order| reported(&order, now),
    )
}
