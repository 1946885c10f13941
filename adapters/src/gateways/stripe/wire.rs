//! What Stripe says, as far as we read it. Members that are not named here are not looked at, and
//! words are texts, so that nothing Stripe adds can break a reading.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Something with a name of Stripe's.
pub(super) trait Named {
    /// The name.
    fn id(&self) -> &str;
}

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// A reference, which is sometimes told as the whole object.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Reference {
    Id(String),
    Whole { id: String },
}

impl Reference {
    /// The name.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Id(id) | Self::Whole { id } => id,
        }
    }
}

/// Metadata; null where there is none.
pub(super) type Metadata = Option<BTreeMap<String, String>>;

/// An entry of metadata.
pub(super) fn entry<'a>(metadata: &'a Metadata, name: &str) -> Option<&'a str> {
    metadata.as_ref()?.get(name).map(String::as_str)
}

/// The body of a refusal.
#[derive(Debug, Deserialize)]
pub(super) struct ErrorBody {
    pub(super) error: ApiError,
}

/// A refusal. Its message is not kept: it repeats what was sent.
#[derive(Deserialize)]
pub(super) struct ApiError {
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    pub(super) code: Option<String>,
    pub(super) decline_code: Option<String>,
    pub(super) param: Option<String>,
    message: Option<String>,
    pub(super) charge: Option<String>,
    pub(super) payment_intent: Option<Reference>,
}

impl ApiError {
    /// The most exact word Stripe has for it.
    pub(super) fn word(&self) -> String {
        let exact = self.decline_code.as_ref().or(self.code.as_ref());
        super::client::word(exact.unwrap_or(&self.kind))
    }

    /// Whether it says that our key is one of the other mode: nothing else but the message tells.
    pub(super) fn is_of_other_mode(&self) -> bool {
        let message = self.message.as_deref().unwrap_or_default();
        message.contains("exists in live mode") || message.contains("exists in test mode")
    }

    /// Whether it says that more is to go back than is left: older refusals have no code for it.
    pub(super) fn is_too_much_to_refund(&self) -> bool {
        let message = self.message.as_deref().unwrap_or_default();
        self.code.as_deref() == Some("charge_already_refunded")
            || message.contains("greater than unrefunded amount")
    }
}

impl std::fmt::Debug for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ApiError").field(&self.word()).finish()
    }
}

/// A payment.
#[derive(Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) currency: String,
    #[serde(default)]
    pub(super) amount_received: i64,
    pub(super) client_secret: Option<String>,
    pub(super) next_action: Option<NextAction>,
    pub(super) last_payment_error: Option<ApiError>,
    #[serde(default)]
    pub(super) metadata: Metadata,
    pub(super) customer: Option<Reference>,
    pub(super) payment_method: Option<Reference>,
    pub(super) setup_future_usage: Option<String>,
    pub(super) review: Option<Reference>,
    pub(super) cancellation_reason: Option<String>,
}

/// What the client has to do.
#[derive(Deserialize)]
pub(super) struct NextAction {
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    pub(super) redirect_to_url: Option<Redirect>,
}

/// Where a client is sent.
#[derive(Deserialize)]
pub(super) struct Redirect {
    pub(super) url: Option<String>,
}

/// A storing of a method.
#[derive(Deserialize)]
pub(super) struct Setup {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) client_secret: Option<String>,
    pub(super) customer: Option<Reference>,
    pub(super) payment_method: Option<Reference>,
    pub(super) cancellation_reason: Option<String>,
    #[serde(default)]
    pub(super) metadata: Metadata,
}

/// A page of Stripe's.
#[derive(Deserialize)]
pub(super) struct Session {
    pub(super) id: String,
    #[serde(default)]
    pub(super) created: i64,
    pub(super) status: Option<String>,
    pub(super) url: Option<String>,
    #[serde(default)]
    pub(super) expires_at: i64,
    pub(super) client_reference_id: Option<String>,
    pub(super) customer: Option<Reference>,
    pub(super) payment_intent: Option<Reference>,
    pub(super) setup_intent: Option<Reference>,
    #[serde(default)]
    pub(super) metadata: Metadata,
}

/// A customer.
#[derive(Deserialize)]
pub(super) struct Customer {
    pub(super) id: String,
}

/// A stored method.
#[derive(Deserialize)]
pub(super) struct Method {
    pub(super) id: String,
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    pub(super) customer: Option<Reference>,
    pub(super) card: Option<Card>,
}

/// What is known of a card.
#[derive(Deserialize)]
pub(super) struct Card {
    #[serde(default)]
    pub(super) brand: String,
    pub(super) last4: Option<String>,
    pub(super) exp_month: Option<u32>,
    pub(super) exp_year: Option<i32>,
}

/// A refund.
#[derive(Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) status: Option<String>,
    pub(super) failure_reason: Option<String>,
    pub(super) charge: Option<Reference>,
    pub(super) payment_intent: Option<Reference>,
    #[serde(default)]
    pub(super) metadata: Metadata,
}

/// A charge, as notifications tell it.
#[derive(Deserialize)]
pub(super) struct Charge {
    pub(super) id: String,
    pub(super) payment_intent: Option<Reference>,
    #[serde(default)]
    pub(super) metadata: Metadata,
}

/// A dispute.
#[derive(Deserialize)]
pub(super) struct Dispute {
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) reason: String,
    pub(super) charge: Option<Reference>,
    pub(super) payment_intent: Option<Reference>,
    pub(super) evidence_details: Option<EvidenceDetails>,
    #[serde(default)]
    pub(super) balance_transactions: Vec<BalanceTransaction>,
}

/// Until when a dispute can be answered.
#[derive(Deserialize)]
pub(super) struct EvidenceDetails {
    pub(super) due_by: Option<i64>,
}

/// What a dispute moved.
#[derive(Deserialize)]
pub(super) struct BalanceTransaction {
    #[serde(default)]
    pub(super) fee: i64,
    #[serde(default)]
    pub(super) currency: String,
}

/// An account.
#[derive(Deserialize)]
pub(super) struct AccountThere {
    pub(super) id: String,
}

/// A notification.
#[derive(Deserialize)]
pub(super) struct Event {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) livemode: Option<bool>,
    pub(super) data: Option<Subject>,
}

/// What a notification is about.
#[derive(Deserialize)]
pub(super) struct Subject {
    pub(super) object: serde_json::Value,
}

macro_rules! named {
    ($($kind:ident),*) => {
        $(impl Named for $kind {
            fn id(&self) -> &str {
                &self.id
            }
        })*
    };
}

named!(Intent, Session, Refund);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn error(error: serde_json::Value) -> ApiError {
        serde_json::from_value(error).unwrap()
    }

    #[test]
    fn a_refusal_is_known_by_its_most_exact_word_and_never_shows_its_message() {
        let of = |code, decline_code| {
            error(json!({"type": "card_error", "code": code, "decline_code": decline_code,
                "message": "No account of ada@shop.example", "a_new_member": []}))
        };
        assert_eq!(of(Some("card_declined"), Some("lost_card")).word(), "lost_card");
        assert_eq!(of(Some("expired_card"), None).word(), "expired_card");
        assert_eq!(of(None, None).word(), "card_error");
        assert_eq!(format!("{:?}", of(None, None)), r#"ApiError("card_error")"#);
    }

    #[test]
    fn an_object_of_the_other_mode_is_told_by_the_message_alone() {
        let says = "No such payment_intent: 'pi_1'; a similar object exists in test mode, but a \
                    live mode key was used to make this request.";
        let code = "resource_missing";
        assert!(error(json!({"code": code, "message": says})).is_of_other_mode());
        assert!(!error(json!({"code": code, "message": "No such payment"})).is_of_other_mode());
        assert!(!error(json!({})).is_of_other_mode());
    }
}
