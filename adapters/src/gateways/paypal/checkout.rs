//! Orders: the page on which a client pays, and what became of it (PPL-01, PPL-02, PPL-10).

use std::time::Duration;

use async_trait::async_trait;
use billfold_app::ports::driver::{Call, CallFailure, Found, Why};
use billfold_app::ports::gateway::{
    ChargeReport, ChargeStage, CheckoutPages, Handover, PageAsk, PayLine, Sought,
};
use billfold_domain::kernel::{Money, PaymentId};
use billfold_domain::payment::Decline;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::client::{Answer, Api, Asking};
use super::wire::{Amount, Capture, Order, is_name, moment, payer_page, payment_id};
use super::{PayPal, line, money};

/// How long an order waits for its payer.
pub(super) const ORDER_LASTS: TimeDelta = TimeDelta::hours(6);
/// How long PayPal may look at money before it is worth asking again.
const LOOK_AGAIN: Duration = Duration::from_secs(6 * 3600);

#[async_trait]
impl CheckoutPages for PayPal {
    async fn open(&self, call: &Call<'_>, ask: &PageAsk<'_>) -> Result<ChargeReport, CallFailure> {
        let body = order(ask, call.account().settings.text("brand_name"))?;
        let api = Api::of(self, call);
        let asking = Asking::post("/v2/checkout/orders", body.to_string().into_bytes());
        match api.send(&asking.once(call.key())).await? {
            Answer::Good(reply) => reported(&reply.json()?, call.now()),
            Answer::No(problem) => Err(problem.rejected()),
        }
    }

    async fn look_up(
        &self,
        call: &Call<'_>,
        about: &Sought<'_>,
    ) -> Result<Found<ChargeReport>, CallFailure> {
        looked_up(&Api::of(self, call), about, call.now()).await
    }

    /// An order cannot be taken back, and need not be: what nobody captures moves no money.
    async fn close(&self, call: &Call<'_>, reference: &str) -> Result<ChargeReport, CallFailure> {
        if !is_name(reference) {
            return Err(no_name());
        }
        let report = match order_of(&Api::of(self, call), reference).await? {
            Some(order) => reported(&order, call.now())?,
            None => cancelled(reference, "not_there", "PayPal has no such order any more"),
        };
        Ok(match report.stage {
            ChargeStage::Approved { .. } | ChargeStage::NeedsClient { .. } => {
                cancelled(reference, "closed", "the order is left alone; it took no money")
            }
            _ => report,
        })
    }
}

/// An order, if it is there.
pub(super) async fn order_of(api: &Api<'_>, name: &str) -> Result<Option<Order>, CallFailure> {
    api.find(format!("/v2/checkout/orders/{name}")).await
}

/// Looks up a payment by the name of its order or of its capture.
pub(super) async fn looked_up(
    api: &Api<'_>,
    about: &Sought<'_>,
    now: DateTime<Utc>,
) -> Result<Found<ChargeReport>, CallFailure> {
    // An order whose name never arrived took no money: nobody can capture it.
    let Some(name) = about.reference.or(about.hint) else { return Ok(Found::NotThere) };
    if !is_name(name) {
        return Ok(Found::CannotTell);
    }
    if let Some(order) = order_of(api, name).await? {
        let is_ours = is_of(&order, about.payment_id);
        return if is_ours {
            reported(&order, now).map(Found::There)
        } else {
            Ok(Found::CannotTell)
        };
    }
    if let Some(capture) = api.find::<Capture>(format!("/v2/payments/captures/{name}")).await? {
        let other =
            capture.custom_id.as_deref().is_some_and(|id| id != about.payment_id.to_string());
        return if other { Ok(Found::CannotTell) } else { captured(&capture).map(Found::There) };
    }
    // PayPal forgets an order that nobody approved in time. Before that it must not be missing.
    if about.sent_at.is_some_and(|sent_at| now - sent_at < ORDER_LASTS) {
        return Ok(Found::CannotTell);
    }
    Ok(Found::There(cancelled(name, "expired", "nobody approved the order in time")))
}

/// Whether an order is one of this payment; PayPal tells our reference with the order or with
/// what was captured.
pub(super) fn is_of(order: &Order, payment_id: PaymentId) -> bool {
    let units = order.purchase_units.iter();
    let mut told = units.flat_map(|unit| {
        let captures = unit.payments.captures.iter().map(|capture| &capture.custom_id);
        captures.chain([&unit.custom_id]).flatten()
    });
    told.all(|custom| custom == &payment_id.to_string())
}

/// What an order says: by the money that was taken, and by its own status while there is none.
pub(super) fn reported(order: &Order, now: DateTime<Utc>) -> Result<ChargeReport, CallFailure> {
    let captures = order.purchase_units.iter().flat_map(|unit| &unit.payments.captures);
    if let Some(capture) = captures.max_by_key(|capture| weight(&capture.status)) {
        return captured(capture);
    }
    let begun = moment(order.create_time.as_deref());
    let stage = match (order.status.as_str(), payer_page(&order.links)) {
        ("APPROVED", _) => ChargeStage::Approved {
            // The same each time it is asked for, so that one yes stays one.
            at: moment(order.update_time.as_deref()).or(begun).unwrap_or(DateTime::UNIX_EPOCH),
        },
        ("CREATED" | "SAVED" | "PAYER_ACTION_REQUIRED", Some(url)) => ChargeStage::NeedsClient {
            handover: Handover::Page { url: url.to_owned() },
            until: Some(begun.unwrap_or(now) + ORDER_LASTS),
        },
        ("VOIDED", _) => {
            return Ok(cancelled(&order.id, "voided", "PayPal gave the order up"));
        }
        // Completed without money, or a status that nobody knows.
        _ => ChargeStage::Pending { look_again: LOOK_AGAIN },
    };
    Ok(report(&order.id, stage))
}

/// What a capture says: it alone tells of money, not the order around it.
pub(super) fn captured(capture: &Capture) -> Result<ChargeReport, CallFailure> {
    let stage = match capture.status.as_str() {
        // Refunds of it are reports of their own.
        "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED" => return settled(capture),
        "DECLINED" | "FAILED" | "DENIED" => {
            let code = match capture.status_details.reason.as_str() {
                "" => capture.status.to_lowercase(),
                reason => reason.to_lowercase(),
            };
            let why = Why::new(code, "PayPal took no money");
            ChargeStage::Declined { decline: Decline::Soft, why, ask_client: true }
        }
        _ => ChargeStage::Pending { look_again: LOOK_AGAIN },
    };
    Ok(report(&capture.id, stage))
}

fn settled(capture: &Capture) -> Result<ChargeReport, CallFailure> {
    let Some(arrived) = capture.amount.as_ref().and_then(money::read) else {
        let why = Why::new("unreadable", "PayPal says that money arrived, and not how much");
        return Err(CallFailure::Unknown { why });
    };
    let breakdown = capture.seller_receivable_breakdown.as_ref();
    let fee = breakdown.and_then(|it| it.paypal_fee.as_ref()).and_then(money::read);
    Ok(ChargeReport {
        amount: Some(arrived),
        fee: fee.filter(|fee| fee.currency() == arrived.currency()),
        ..report(&capture.id, ChargeStage::Settled)
    })
}

/// Which capture of an order speaks for it: money first, then what may become money.
fn weight(status: &str) -> u8 {
    match status {
        "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED" => 2,
        "DECLINED" | "FAILED" | "DENIED" => 0,
        _ => 1,
    }
}

/// A report without money.
pub(super) fn report(reference: &str, stage: ChargeStage) -> ChargeReport {
    let reference = reference.to_owned();
    ChargeReport { reference, amount: None, stage, fee: None, risk: None, method: None }
}

pub(super) fn cancelled(reference: &str, code: &str, text: &str) -> ChargeReport {
    report(reference, ChargeStage::Cancelled { why: Why::new(code, text) })
}

pub(super) fn no_name() -> CallFailure {
    let why = Why::new("no_name", "this is no name that PayPal gives");
    CallFailure::Rejected { why }
}

/// Whose payment a capture is, as PayPal tells it.
pub(super) fn payment_of(capture: &Capture) -> Option<PaymentId> {
    payment_id(capture.custom_id.as_deref())
}

/// The order as PayPal wants it.
fn order(ask: &PageAsk<'_>, brand: Option<&str>) -> Result<Value, CallFailure> {
    let id = ask.payment_id.to_string();
    let mut unit = json!({
        "reference_id": "default",
        "custom_id": id,
        // Unique for each payment, so that another try of an invoice is not taken for a double.
        "invoice_id": id,
        "amount": money::write(ask.amount)?,
    });
    if let Some(description) = line(ask.description, 127) {
        unit["description"] = json!(description);
    }
    if let Some(items) = Items::of(ask.lines, ask.amount) {
        unit["amount"]["breakdown"] = items.breakdown;
        unit["items"] = Value::Array(items.items);
    }
    let mut context = json!({
        "return_url": ask.returns.back,
        "cancel_url": ask.returns.cancel,
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
    });
    if let Some(brand) = brand.and_then(|brand| line(brand, 127)) {
        context["brand_name"] = json!(brand);
    }
    Ok(json!({
        "intent": "CAPTURE",
        "purchase_units": [unit],
        "payment_source": { "paypal": { "experience_context": context } },
    }))
}

/// The lines of an order and what they add up to.
struct Items {
    items: Vec<Value>,
    breakdown: Value,
}

impl Items {
    /// The lines, where PayPal can say all of them and they add up to the amount exactly; without
    /// them it shows the amount alone. What lowers the amount is a discount, its tax included.
    fn of(lines: &[PayLine], amount: Money) -> Option<Self> {
        let zero = Money::zero(amount.currency());
        let (mut net, mut tax, mut discount) = (zero, zero, zero);
        let mut items = Vec::new();
        for pay_line in lines {
            let whole = pay_line.net.checked_add(pay_line.tax).ok()?;
            if pay_line.net.is_negative() {
                discount = discount.checked_sub(whole).ok()?;
                continue;
            }
            net = net.checked_add(pay_line.net).ok()?;
            tax = tax.checked_add(pay_line.tax).ok()?;
            items.push(json!({
                "name": line(&pay_line.text, 127)?,
                "quantity": "1",
                "unit_amount": money::write_any(pay_line.net)?,
                "tax": money::write_any(pay_line.tax)?,
            }));
        }
        let sum = net.checked_add(tax).and_then(|sum| sum.checked_sub(discount)).ok()?;
        if items.is_empty() || sum != amount {
            return None;
        }
        let say = |of: Money| -> Option<Amount> { money::write_any(of) };
        let mut breakdown = json!({ "item_total": say(net)?, "tax_total": say(tax)? });
        if !discount.is_zero() {
            breakdown["discount"] = json!(say(discount)?);
        }
        Some(Self { items, breakdown })
    }
}
