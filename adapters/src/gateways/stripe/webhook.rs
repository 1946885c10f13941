//! What Stripe tells of its own accord (STR-03).
//!
//! | events                                                      | read as                   |
//! | ----------------------------------------------------------- | ------------------------- |
//! | `payment_intent.` succeeded, processing, canceled           | the charge, in full       |
//! | `refund.` created, updated, failed; `charge.refund.updated` | the refund, in full       |
//! | `charge.dispute.…`                                          | the dispute, in full      |
//! | `payment_method.automatically_updated`, `.detached`         | the method; that it is gone |
//! | `payment_intent.` payment_failed, requires_action           | look at the charge        |
//! | `checkout.session.…`, `setup_intent.…`                      | look at the page, storing |
//! | `charge.refunded`                                           | look at the charge's refunds |
//!
//! The version of an event is that of the endpoint, not ours: what cannot be read in full is looked
//! at instead, by its name. Events of the other mode are none of ours.

use async_trait::async_trait;
use billfold_app::ports::driver::{Account, Why};
use billfold_app::ports::gateway::{
    News, Notifications, RawNote, Receiving, Unreadable, Unverified, Verified,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::disputing::of_dispute;
use super::refunding::of_refund;
use super::report::{Chance, of_intent};
use super::storing::of_method;
use super::wire::{Charge, Event, Intent, Method, Reference, Refund, Session, Setup, entry};
use super::{Stripe, settings};
use crate::webhooks::signature::{SignatureHeaders, SignatureRefusal, SignatureScheme, SigningKey};

/// The header of the signature, in small letters.
const HEADER: &str = "stripe-signature";
/// The hint of a charge whose refunds are to be looked at.
const REFUNDS: &str = "refunds";

/// What a seller subscribes to.
pub(super) const KINDS: &[&str] = &[
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.canceled",
    "setup_intent.succeeded",
    "setup_intent.setup_failed",
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "charge.refunded",
    "charge.refund.updated",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "payment_method.automatically_updated",
    "payment_method.detached",
];

#[async_trait]
impl Notifications for Stripe {
    async fn verify(
        &self,
        desk: &Receiving<'_>,
        note: &RawNote<'_>,
    ) -> Result<Verified, Unverified> {
        let Some(secret) = desk.account().settings.text("webhook_secret") else {
            let why = Why::new("no_webhook_secret", "the signing secret of the webhook is not set");
            return Err(Unverified::CannotTell(why));
        };
        let header = note.header(HEADER).ok_or(Unverified::Forged("it has no signature"))?;
        let key = SigningKey::try_new(
            SignatureScheme::TimestampAndV1,
            secret,
            SigningKey::TOLERANCE_SECONDS,
        );
        let key = key.map_err(|_| Unverified::Forged("no secret is known to check it by"))?;
        let header = SignatureHeaders::Single(header);
        key.verify(header, note.body, desk.now().timestamp()).map_err(|refusal| {
            Unverified::Forged(match refusal {
                SignatureRefusal::Timestamp => "it is too old, or a clock is wrong",
                SignatureRefusal::Signature => "no signature of it is right",
            })
        })?;
        let event = event(note).map_err(|_| Unverified::Forged("it is no event"))?;
        Ok(Verified { event_id: event.id, kind: event.kind, is_live: event.livemode })
    }

    fn read(&self, account: &Account, note: &RawNote<'_>) -> Result<Vec<News>, Unreadable> {
        let event = event(note)?;
        let is_of_other_mode = |is_live| is_live != settings::is_live(&account.settings);
        if event.livemode.is_some_and(is_of_other_mode) {
            return Ok(Vec::new());
        }
        let Some(data) = event.data else { return Ok(Vec::new()) };
        let news = news(account, &event.kind, &data.object);
        match news {
            Some(news) => Ok(vec![news]),
            None if !is_of_interest(&event.kind) => Ok(Vec::new()),
            None => Err(Unreadable("an event of Stripe without the object it is about")),
        }
    }
}

fn event(note: &RawNote<'_>) -> Result<Event, Unreadable> {
    serde_json::from_slice(note.body).map_err(|_| Unreadable("an event of Stripe in another form"))
}

fn is_of_interest(kind: &str) -> bool {
    KINDS.contains(&kind)
}

/// What an event says; nothing where it is of no interest, or not what its kind says.
fn news(account: &Account, kind: &str, object: &Value) -> Option<News> {
    match kind {
        "payment_intent.succeeded" | "payment_intent.processing" | "payment_intent.canceled" => {
            charge(account, object).or_else(|| look_at(object, None))
        }
        "payment_intent.payment_failed" | "payment_intent.requires_action" => look_at(object, None),
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
            refund(object).or_else(|| refunds_of(object))
        }
        "charge.refunded" => refunded(object),
        "charge.dispute.created"
        | "charge.dispute.updated"
        | "charge.dispute.closed"
        | "charge.dispute.funds_withdrawn"
        | "charge.dispute.funds_reinstated" => {
            let dispute = parsed(object).and_then(|dispute| of_dispute(&dispute));
            dispute.map(News::Dispute).or_else(|| look_at(object, None))
        }
        "payment_method.automatically_updated" => {
            let method: Method = parsed(object)?;
            Some(News::Method(Box::new(of_method(&method))))
        }
        "payment_method.detached" => Some(News::MethodGone { token: named(object)? }),
        "setup_intent.succeeded" | "setup_intent.setup_failed" => {
            let setup: Setup = parsed(object)?;
            let ours = entry(&setup.metadata, "payment_method_id").map(str::to_owned);
            Some(News::LookAt { payment_id: None, reference: Some(setup.id), hint: ours })
        }
        kind if kind.starts_with("checkout.session.") && is_of_interest(kind) => page(object),
        _ => None,
    }
}

fn parsed<T: DeserializeOwned>(object: &Value) -> Option<T> {
    T::deserialize(object).ok()
}

fn named(object: &Value) -> Option<String> {
    object.get("id")?.as_str().map(str::to_owned)
}

fn charge(account: &Account, object: &Value) -> Option<News> {
    let intent: Intent = parsed(object)?;
    let report = of_intent(account, &intent, Chance::Open)?;
    Some(News::Charge { payment_id: intent.payment_id(), report: Box::new(report) })
}

/// An object that is known by no more than its name and its metadata.
fn look_at(object: &Value, hint: Option<String>) -> Option<News> {
    let ours = object.pointer("/metadata/payment_id").and_then(Value::as_str);
    Some(News::LookAt {
        payment_id: ours.and_then(|ours| ours.parse().ok()),
        reference: Some(named(object)?),
        hint,
    })
}

fn refund(object: &Value) -> Option<News> {
    let refund: Refund = parsed(object)?;
    let payment = refund.payment_intent.as_ref().or(refund.charge.as_ref());
    let payment_reference = payment.map(Reference::id)?.to_owned();
    let report = of_refund(&refund);
    report.amount?;
    Some(News::Refund { payment_reference, report })
}

/// A refund that cannot be read: its payment has all of them.
fn refunds_of(object: &Value) -> Option<News> {
    let payment = object.get("payment_intent").or_else(|| object.get("charge"))?;
    let ours = object.pointer("/metadata/payment_id").and_then(Value::as_str);
    Some(News::LookAt {
        payment_id: ours.and_then(|ours| ours.parse().ok()),
        reference: payment.as_str().map(str::to_owned),
        hint: Some(REFUNDS.to_owned()),
    })
}

fn refunded(object: &Value) -> Option<News> {
    let charge: Charge = parsed(object)?;
    let payment = charge.payment_intent.as_ref().map(Reference::id).unwrap_or(&charge.id);
    let ours = entry(&charge.metadata, "payment_id");
    Some(News::LookAt {
        payment_id: ours.and_then(|ours| ours.parse().ok()),
        reference: Some(payment.to_owned()),
        hint: Some(REFUNDS.to_owned()),
    })
}

/// A page: what became of it, its payment or its storing tells.
fn page(object: &Value) -> Option<News> {
    let session: Session = parsed(object)?;
    let method = entry(&session.metadata, "payment_method_id").map(str::to_owned);
    let intent = session.payment_intent.as_ref().map(|intent| intent.id().to_owned());
    let payment = entry(&session.metadata, "payment_id").or(session.client_reference_id.as_deref());
    Some(News::LookAt {
        payment_id: payment.and_then(|ours| ours.parse().ok()),
        reference: Some(session.id),
        hint: method.or(intent),
    })
}
