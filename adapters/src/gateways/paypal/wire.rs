//! What PayPal sends and is sent, as far as we need it. Members that are not named here are not
//! read, and words stay words: what they mean is said where they are used.

use billfold_domain::kernel::{PaymentId, RefundId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

/// An amount of money.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Amount {
    pub(super) currency_code: String,
    pub(super) value: String,
}

/// Where to go on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Link {
    #[serde(deserialize_with = "or_default")]
    pub(super) href: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) rel: String,
}

/// The last part of the address of the first link with this relation.
pub(super) fn named<'a>(links: &'a [Link], rel: &str) -> Option<&'a str> {
    let link = links.iter().find(|link| link.rel == rel)?;
    link.href.split(['?', '#']).next()?.rsplit('/').next().filter(|name| is_name(name))
}

/// The page on which a payer goes on.
pub(super) fn payer_page(links: &[Link]) -> Option<&str> {
    let of = |rel: &str| links.iter().find(|link| link.rel == rel);
    let link = of("payer-action").or_else(|| of("approve")).or_else(|| of("redirect"))?;
    let is_page = link.href.starts_with("https://") || link.href.starts_with("http://");
    is_page.then_some(link.href.as_str())
}

/// Whether a text can be a name that PayPal gave, and so a part of a path.
pub(super) fn is_name(text: &str) -> bool {
    let known = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(known)
}

/// An order.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Order {
    pub(super) id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) status: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) purchase_units: Vec<Unit>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) create_time: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) update_time: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) links: Vec<Link>,
}

/// What an order is for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Unit {
    #[serde(deserialize_with = "or_default")]
    pub(super) custom_id: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(super) payments: Payments,
}

/// What became of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Payments {
    #[serde(deserialize_with = "or_default")]
    pub(super) captures: Vec<Capture>,
    #[serde(deserialize_with = "or_default")]
    pub(super) refunds: Vec<Refund>,
}

/// Money that was taken.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Capture {
    pub(super) id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) status: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) status_details: Details,
    #[serde(default)]
    pub(super) amount: Option<Amount>,
    #[serde(default)]
    pub(super) custom_id: Option<String>,
    #[serde(default)]
    pub(super) seller_receivable_breakdown: Option<Breakdown>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) links: Vec<Link>,
}

/// Why something has its status.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Details {
    #[serde(deserialize_with = "or_default")]
    pub(super) reason: String,
}

/// What the seller gets.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Breakdown {
    #[serde(default)]
    pub(super) paypal_fee: Option<Amount>,
}

/// Money that went back.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) status: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) status_details: Details,
    #[serde(default)]
    pub(super) amount: Option<Amount>,
    #[serde(default)]
    pub(super) invoice_id: Option<String>,
    #[serde(default)]
    pub(super) custom_id: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) links: Vec<Link>,
}

impl Refund {
    /// Our own reference, unless it was made at PayPal.
    pub(super) fn ours(&self) -> Option<RefundId> {
        let ids = [self.invoice_id.as_deref(), self.custom_id.as_deref()];
        ids.into_iter().flatten().find_map(|id| id.parse().ok())
    }
}

/// A dispute.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Dispute {
    pub(super) dispute_id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) status: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) reason: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) dispute_life_cycle_stage: String,
    #[serde(default)]
    pub(super) dispute_amount: Option<Amount>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) dispute_outcome: OutcomeThere,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) disputed_transactions: Vec<Disputed>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) money_movements: Vec<Movement>,
    #[serde(default)]
    pub(super) seller_response_due_date: Option<String>,
}

/// How a dispute ended.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OutcomeThere {
    #[serde(deserialize_with = "or_default")]
    pub(super) outcome_code: String,
}

/// A payment that is disputed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Disputed {
    #[serde(deserialize_with = "or_default")]
    pub(super) seller_transaction_id: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(super) custom: Option<String>,
}

/// Money that a dispute moved.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Movement {
    #[serde(deserialize_with = "or_default")]
    pub(super) affected_party: String,
    #[serde(rename = "type", deserialize_with = "or_default")]
    pub(super) kind: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) reason: String,
    pub(super) amount: Option<Amount>,
}

/// A notification.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) event_type: String,
    #[serde(default)]
    pub(super) resource: serde_json::Value,
}

/// Where notifications go.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Webhook {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) url: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) event_types: Vec<EventType>,
}

/// A kind of notification.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EventType {
    #[serde(deserialize_with = "or_default")]
    pub(super) name: String,
}

/// Whether a notification is PayPal's.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Verification {
    pub(super) verification_status: String,
}

/// What PayPal says when it says no.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ErrorThere {
    #[serde(deserialize_with = "or_default")]
    pub(super) name: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) message: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) debug_id: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(super) details: Vec<ErrorDetail>,
    #[serde(deserialize_with = "or_default")]
    pub(super) links: Vec<Link>,
}

/// One reason of a no.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ErrorDetail {
    #[serde(deserialize_with = "or_default")]
    pub(super) issue: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) description: String,
}

/// Our own reference, where a text is one.
pub(super) fn payment_id(custom: Option<&str>) -> Option<PaymentId> {
    custom?.parse().ok()
}

/// A moment as PayPal writes it.
pub(super) fn moment(text: Option<&str>) -> Option<DateTime<Utc>> {
    let read = DateTime::parse_from_rfc3339(text?).ok()?;
    Some(read.with_timezone(&Utc))
}

/// `null` is the same as nothing.
fn or_default<'de, D, T>(member: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(member)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nulls_and_members_that_nobody_knows_do_not_break_an_order() {
        let order: Order = serde_json::from_str(
            r#"{"id": "5O", "status": null, "links": null, "odd": {"x": [1]}, "purchase_units":
                [{"custom_id": null, "payments": {"captures": null, "authorizations": [{}]}}]}"#,
        )
        .unwrap();
        assert_eq!((order.id.as_str(), order.status.as_str()), ("5O", ""));
    }

    #[test]
    fn only_names_become_parts_of_a_path() {
        for text in ["", "a/b", "..", "a b", "a?b", "a%2f", "PP_D"] {
            assert!(!is_name(text), "{text}");
        }
        assert!(is_name("2GG279541U471931P") && is_name("PP-D-4012"));
    }

    #[test]
    fn a_payer_is_never_sent_to_what_is_no_page() {
        let link = |rel: &str, href: &str| Link { href: href.to_owned(), rel: rel.to_owned() };
        assert_eq!(payer_page(&[link("payer-action", "javascript:alert(1)")]), None);
        let links = [link("approve", "https://a.example/1"), link("payer-action", "https://b/2")];
        assert_eq!(payer_page(&links), Some("https://b/2"));
    }
}
