//! What PayPal tells of its own accord (PPL-04, PPL-05).

use async_trait::async_trait;
use billfold_app::ports::driver::{Account, Why};
use billfold_app::ports::gateway::{
    ChargeStage, DisputeReport, DisputeStage, News, Notifications, RawNote, Receiving, Unreadable,
    Unverified, Verified,
};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};

use super::checkout::{captured, payment_of};
use super::client::{Answer, Api, Asking};
use super::refunding::sent;
use super::signature::{Transmission, cannot_tell};
use super::wire::{Capture, Dispute, Event, Refund, Verification, is_name, named, payment_id};
use super::{PayPal, disputing, money};

#[async_trait]
impl Notifications for PayPal {
    async fn verify(
        &self,
        desk: &Receiving<'_>,
        note: &RawNote<'_>,
    ) -> Result<Verified, Unverified> {
        let settings = &desk.account().settings;
        let Some(webhook_id) = settings.text("webhook_id") else {
            let why = Why::new("no_webhook_id", "set the webhook ID of this PayPal account");
            return Err(Unverified::CannotTell(why));
        };
        let transmission = Transmission::of(note)?;
        let api = Api::receiving(self, desk);
        if settings.text("webhook_check") == Some("online") {
            asked(&api, &transmission, webhook_id, note.body).await?;
        } else {
            self.certificates.verify(&api, &transmission, webhook_id, note.body).await?;
        }
        let Ok(event) = serde_json::from_slice::<Event>(note.body) else {
            return Err(Unverified::Forged("it is signed, and no notification of PayPal's"));
        };
        Ok(Verified { event_id: event.id, kind: event.event_type, is_live: None })
    }

    fn read(&self, _: &Account, note: &RawNote<'_>) -> Result<Vec<News>, Unreadable> {
        let event: Event = serde_json::from_slice(note.body)
            .map_err(|_| Unreadable("it is no notification of PayPal's"))?;
        match event.event_type.as_str() {
            "PAYMENT.CAPTURE.COMPLETED"
            | "PAYMENT.CAPTURE.PENDING"
            | "PAYMENT.CAPTURE.DENIED"
            | "PAYMENT.CAPTURE.DECLINED" => charge(&event),
            "PAYMENT.CAPTURE.REFUNDED" => refund(&event),
            "PAYMENT.CAPTURE.REVERSED" => reversal(&event),
            "CHECKOUT.ORDER.APPROVED" | "CHECKOUT.ORDER.COMPLETED" | "CHECKOUT.ORDER.VOIDED" => {
                Ok(order(&event, "id"))
            }
            "CHECKOUT.PAYMENT-APPROVAL.REVERSED" => Ok(order(&event, "order_id")),
            "CUSTOMER.DISPUTE.CREATED"
            | "CUSTOMER.DISPUTE.UPDATED"
            | "CUSTOMER.DISPUTE.RESOLVED" => dispute(&event),
            _ => Ok(Vec::new()),
        }
    }
}

/// Asks PayPal whether it sent this. The notification goes back byte for byte: written anew it
/// would have another sum.
async fn asked(
    api: &Api<'_>,
    transmission: &Transmission<'_>,
    webhook_id: &str,
    note: &[u8],
) -> Result<(), Unverified> {
    // What is no JSON of its own could add members to the question.
    if serde_json::from_slice::<IgnoredAny>(note).is_err() {
        return Err(Unverified::Forged("it is no JSON"));
    }
    let about = json!({
        "auth_algo": transmission.algorithm,
        "cert_url": transmission.address,
        "transmission_id": transmission.id,
        "transmission_sig": transmission.signature,
        "transmission_time": transmission.time,
        "webhook_id": webhook_id,
    });
    let mut body = about.to_string().into_bytes();
    body.pop();
    body.extend_from_slice(br#","webhook_event":"#);
    body.extend_from_slice(note);
    body.push(b'}');
    let asking = Asking::post("/v1/notifications/verify-webhook-signature", body);
    match api.send(&asking).await.map_err(cannot_tell)? {
        Answer::Good(reply) => {
            let said: Verification = reply.json().map_err(cannot_tell)?;
            match said.verification_status.as_str() {
                "SUCCESS" => Ok(()),
                "FAILURE" => Err(Unverified::Forged("PayPal says that it did not send it")),
                _ => Err(cannot_tell(reply.unreadable())),
            }
        }
        // PayPal cannot make sense of what it is asked about.
        Answer::No(_) => Err(Unverified::Forged("PayPal does not know it")),
    }
}

/// The thing a notification is about.
fn resource<T: DeserializeOwned>(event: &Event) -> Result<T, Unreadable> {
    T::deserialize(&event.resource)
        .map_err(|_| Unreadable("what it is about is not what it says it is"))
}

/// A capture says all there is to say; one whose status nobody knows is looked at.
fn charge(event: &Event) -> Result<Vec<News>, Unreadable> {
    let capture: Capture = resource(event)?;
    let payment_id = payment_of(&capture);
    let is_known = matches!(
        capture.status.as_str(),
        "COMPLETED"
            | "PARTIALLY_REFUNDED"
            | "REFUNDED"
            | "PENDING"
            | "DECLINED"
            | "FAILED"
            | "DENIED"
    );
    let report = captured(&capture).ok().filter(|_| is_known);
    let says_no = event.event_type.ends_with(".DENIED") || event.event_type.ends_with(".DECLINED");
    let fits = |stage: &ChargeStage| matches!(stage, ChargeStage::Declined { .. }) == says_no;
    Ok(vec![match report.filter(|report| fits(&report.stage)) {
        Some(report) => News::Charge { payment_id, report: Box::new(report) },
        None => News::LookAt { payment_id, reference: Some(capture.id), hint: None },
    }])
}

/// A refund names its capture in the link "up"; without it the payment is looked at.
fn refund(event: &Event) -> Result<Vec<News>, Unreadable> {
    let refund: Refund = resource(event)?;
    Ok(vec![match named(&refund.links, "up") {
        Some(capture) => {
            News::Refund { payment_reference: capture.to_owned(), report: sent(&refund) }
        }
        None => look_at(refund.custom_id.as_deref(), None),
    }])
}

/// PayPal took money back of its own accord: a dispute that is lost as it begins.
fn reversal(event: &Event) -> Result<Vec<News>, Unreadable> {
    let taken: Refund = resource(event)?;
    let amount = taken.amount.as_ref().and_then(money::read);
    let (Some(capture), Some(amount)) = (named(&taken.links, "up"), amount) else {
        return Ok(vec![look_at(taken.custom_id.as_deref(), None)]);
    };
    let of = |stage| {
        News::Dispute(DisputeReport {
            reference: taken.id.clone(),
            payment_reference: capture.to_owned(),
            amount,
            fee: None,
            reason: "reversed".to_owned(),
            stage,
            answer_by: None,
        })
    };
    Ok(vec![of(DisputeStage::Opened), of(DisputeStage::Lost)])
}

/// An order changed; what may be done with it only PayPal tells.
fn order(event: &Event, member: &str) -> Vec<News> {
    let units = event.resource.get("purchase_units").and_then(Value::as_array);
    let custom = units.and_then(|units| units.first()?.get("custom_id")?.as_str());
    let name = event.resource.get(member).and_then(Value::as_str);
    vec![look_at(custom, name)]
}

/// A dispute that does not tell capture and amount is looked at by its payment.
fn dispute(event: &Event) -> Result<Vec<News>, Unreadable> {
    let dispute: Dispute = resource(event)?;
    if let Ok(report) = disputing::reported(&dispute) {
        return Ok(vec![News::Dispute(report)]);
    }
    let about = dispute.disputed_transactions.first();
    let custom = about.and_then(|it| it.custom.as_deref());
    let capture = about.and_then(|it| it.seller_transaction_id.as_deref());
    Ok(vec![look_at(custom, capture)])
}

fn look_at(custom: Option<&str>, name: Option<&str>) -> News {
    let reference = name.filter(|name| is_name(name)).map(str::to_owned);
    News::LookAt { payment_id: payment_id(custom), reference, hint: None }
}
