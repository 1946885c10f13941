//! What Stripe's words about a payment mean to us.

use std::time::Duration;

use billfold_app::access::Secret;
use billfold_app::ports::driver::{Account, Why};
use billfold_app::ports::gateway::{ChargeReport, ChargeStage, Handover, Risk, StoredToken};
use billfold_domain::kernel::PaymentId;
use billfold_domain::payment::Decline;
use chrono::DateTime;

use super::wire::{ApiError, Intent, Session, entry};
use super::{client, money, settings};

/// When it is worth looking again at what Stripe works on.
pub(super) const LOOK_AGAIN: Duration = Duration::from_secs(3600);

/// Our entry of metadata that says by which way a payment is made.
pub(super) const WAY: &str = "way";
/// By a stored method, without the client.
pub(super) const STORED: &str = "stored";
/// On our own page.
pub(super) const ON_PAGE: &str = "on_page";
/// On Stripe's page.
pub(super) const HOSTED: &str = "hosted";

/// Declines after which the same method is never tried again.
const HARD: &[&str] = &[
    "lost_card",
    "stolen_card",
    "pickup_card",
    "restricted_card",
    "fraudulent",
    "expired_card",
    "incorrect_number",
    "invalid_account",
    "card_not_supported",
    "currency_not_supported",
    "do_not_try_again",
    "stop_payment_order",
];

/// Whether anybody can still pay what waits for a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chance {
    /// The client can try another.
    Open,
    /// It was the only try.
    Over,
}

impl Intent {
    /// By which way it is made, where it is one of ours.
    pub(super) fn way(&self) -> Option<&str> {
        entry(&self.metadata, WAY)
    }

    /// Whether it waits for somebody.
    pub(super) fn waits(&self) -> bool {
        matches!(
            self.status.as_str(),
            "requires_payment_method" | "requires_confirmation" | "requires_action"
        )
    }

    /// Our own reference.
    pub(super) fn payment_id(&self) -> Option<PaymentId> {
        entry(&self.metadata, "payment_id")?.parse().ok()
    }
}

/// What Stripe says of a payment; nothing where it names an amount that we cannot say.
pub(super) fn of_intent(
    account: &Account,
    intent: &Intent,
    chance: Chance,
) -> Option<ChargeReport> {
    let stage = stage(account, intent, chance);
    let is_settled = matches!(stage, ChargeStage::Settled);
    let amount = match is_settled {
        true => Some(money::money(intent.amount_received, &intent.currency)?),
        false => None,
    };
    Some(ChargeReport {
        reference: intent.id.clone(),
        amount,
        stage,
        fee: None,
        risk: intent.review.as_ref().map(|_| review()),
        method: kept(intent).filter(|_| is_settled),
    })
}

/// A page that waits for its payer, or was given up. One that is complete says nothing of money.
pub(super) fn of_session(session: &Session) -> ChargeReport {
    let until = DateTime::from_timestamp(session.expires_at, 0).filter(|_| session.expires_at > 0);
    let stage = match (session.status.as_deref(), &session.url) {
        (Some("open"), Some(url)) => {
            ChargeStage::NeedsClient { handover: Handover::Page { url: url.clone() }, until }
        }
        (Some("expired"), _) => {
            ChargeStage::Cancelled { why: Why::new("expired", "Stripe's page ran out") }
        }
        _ => pending(),
    };
    let reference = session.id.clone();
    ChargeReport { reference, amount: None, stage, fee: None, risk: None, method: None }
}

/// A payment that was declined under this reference.
pub(super) fn declined(reference: String, error: &ApiError, status: Option<u16>) -> ChargeReport {
    let stage = decline(error, status);
    ChargeReport { reference, amount: None, stage, fee: None, risk: None, method: None }
}

fn stage(account: &Account, intent: &Intent, chance: Chance) -> ChargeStage {
    match intent.status.as_str() {
        "succeeded" => ChargeStage::Settled,
        "requires_payment_method" if chance == Chance::Over => match &intent.last_payment_error {
            Some(error) => decline(error, None),
            None => pending(),
        },
        "requires_payment_method" | "requires_confirmation" => on_our_page(account, intent),
        "requires_action" => match redirect(intent) {
            Some(url) => ChargeStage::NeedsClient { handover: Handover::Page { url }, until: None },
            None => on_our_page(account, intent),
        },
        "canceled" => {
            let reason = intent.cancellation_reason.as_deref().unwrap_or("canceled");
            let why = Why::new(client::word(reason), "the payment was cancelled at Stripe");
            ChargeStage::Cancelled { why }
        }
        // `processing`, `requires_capture`, and what Stripe may add: under way, never money.
        _ => pending(),
    }
}

fn redirect(intent: &Intent) -> Option<String> {
    let next = intent.next_action.as_ref()?;
    let target = next.redirect_to_url.as_ref().filter(|_| next.kind == "redirect_to_url")?;
    target.url.clone()
}

fn on_our_page(account: &Account, intent: &Intent) -> ChargeStage {
    let Some(client_secret) = intent.client_secret.clone() else { return pending() };
    let handover = Handover::Confirm { client_secret, public_key: settings::public_key(account) };
    ChargeStage::NeedsClient { handover, until: None }
}

/// Under way.
pub(super) fn pending() -> ChargeStage {
    ChargeStage::Pending { look_again: LOOK_AGAIN }
}

fn decline(error: &ApiError, status: Option<u16>) -> ChargeStage {
    let code = error.word();
    let wants_client = [&error.code, &error.decline_code]
        .into_iter()
        .any(|code| code.as_deref() == Some("authentication_required"));
    let is_hard = wants_client || HARD.contains(&code.as_str()) || code.starts_with("revocation_");
    let text = match wants_client {
        true => "the client's bank wants the client to be there".to_owned(),
        false => format!("the card was declined: {}", code.replace('_', " ")),
    };
    let mut why = Why::new(code, text);
    why.status = status;
    let decline = if is_hard { Decline::Hard } else { Decline::Soft };
    ChargeStage::Declined { decline, why, ask_client: wants_client }
}

fn kept(intent: &Intent) -> Option<StoredToken> {
    intent.setup_future_usage.as_ref()?;
    let method = intent.payment_method.as_ref()?;
    let holder = intent.customer.as_ref().map(|customer| customer.id().to_owned());
    Some(StoredToken { token: Secret::new(method.id()), holder })
}

fn review() -> Risk {
    Risk {
        level: "review".to_owned(),
        title: "Stripe wants a person to look at this payment".to_owned(),
        is_high: true,
    }
}

#[cfg(test)]
mod tests {
    use billfold_app::ports::driver::SettingValues;
    use billfold_domain::kernel::TenantId;
    use serde_json::json;

    use super::*;

    fn account() -> Account {
        let settings = [("publishable_key".to_owned(), Secret::new("pk_test_1"))];
        Account {
            tenant: TenantId::derive(uuid::Uuid::nil(), "seller"),
            key: "stripe".to_owned(),
            settings: SettingValues::new(settings),
        }
    }

    fn of(words: serde_json::Value, chance: Chance) -> ChargeReport {
        let mut intent = json!({"id": "pi_1", "currency": "eur", "amount_received": 1999});
        intent.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
        of_intent(&account(), &serde_json::from_value(intent).unwrap(), chance).unwrap()
    }

    #[test]
    fn a_status_that_is_not_known_is_under_way_and_no_money() {
        for status in ["processing", "requires_capture", "requires_something_new", ""] {
            let report = of(json!({"status": status}), Chance::Open);
            assert!(matches!(report.stage, ChargeStage::Pending { .. }), "{status}");
            assert_eq!(report.amount, None, "{status}");
        }
    }

    #[test]
    fn what_waits_for_a_method_is_the_clients_or_was_declined() {
        let fresh = json!({"status": "requires_payment_method", "client_secret": "s"});
        let report = of(fresh, Chance::Open);
        assert!(matches!(report.stage, ChargeStage::NeedsClient { .. }));
        let failed = json!({"status": "requires_payment_method", "client_secret": "s",
            "last_payment_error": {"type": "card_error", "code": "card_declined",
                "decline_code": "insufficient_funds"}});
        let report = of(failed.clone(), Chance::Open);
        assert!(matches!(report.stage, ChargeStage::NeedsClient { .. }));
        let ChargeStage::Declined { decline, why, ask_client } = of(failed, Chance::Over).stage
        else {
            panic!("not declined")
        };
        assert_eq!(
            (decline, why.code.as_str(), ask_client),
            (Decline::Soft, "insufficient_funds", false)
        );
    }

    #[test]
    fn some_declines_are_for_good() {
        for (code, hard) in [
            ("stolen_card", Decline::Hard),
            ("revocation_of_all_authorizations", Decline::Hard),
            ("do_not_honor", Decline::Soft),
            ("a_code_of_tomorrow", Decline::Soft),
        ] {
            let error =
                json!({"type": "card_error", "code": "card_declined", "decline_code": code});
            let stage = decline(&serde_json::from_value(error).unwrap(), Some(402));
            assert!(
                matches!(stage, ChargeStage::Declined { decline, .. } if decline == hard),
                "{code}"
            );
        }
    }

    #[test]
    fn what_stripe_wants_reviewed_is_a_high_risk() {
        let report = of(json!({"status": "succeeded", "review": "prv_1"}), Chance::Open);
        assert!(report.risk.unwrap().is_high);
        assert!(of(json!({"status": "succeeded"}), Chance::Open).risk.is_none());
    }
}
