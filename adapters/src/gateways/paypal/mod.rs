//! PayPal: orders that a client approves on PayPal's page and we capture (PPL-01…10).
//!
//! What a payment is called at PayPal changes once: an order until money was taken, and the
//! capture from then on, because refunds, disputes and reports name the capture. A look-up takes
//! either name.
//!
//! Guarantees: an order's own status is never money, its capture's is; the page is the one PayPal
//! names, never built; a notification counts once its signature holds. Absent on purpose: stored
//! methods, cards on our page, and evidence for disputes, which is given at PayPal.

mod capturing;
mod checkout;
mod client;
mod disputing;
mod money;
mod refunding;
mod signature;
mod statement;
mod testing;
mod webhook;
mod wire;

use std::time::Duration;

use billfold_app::ports::driver::{
    Budget, Currencies, DriverDescription, FieldKind, PageNeeds, SettingField, SettingValues,
    WebhookStyle, Window,
};
use billfold_app::ports::gateway::{
    Capturing, CheckoutPages, ConnectionTest, Disputing, Gateway, Notifications, Refunding,
    Statements,
};
use billfold_domain::kernel::Invalid;

use crate::outbound::Outbound;

pub use signature::{NoTrust, Trust};

/// How long one call may take, the token and looking again included.
const LONGEST_CALL: Duration = Duration::from_secs(30);

/// The kinds of notification that are read.
const KINDS: &[&str] = &[
    "CHECKOUT.ORDER.APPROVED",
    "PAYMENT.CAPTURE.COMPLETED",
    "PAYMENT.CAPTURE.PENDING",
    "PAYMENT.CAPTURE.DENIED",
    "PAYMENT.CAPTURE.REFUNDED",
    "PAYMENT.CAPTURE.REVERSED",
    "CUSTOMER.DISPUTE.CREATED",
    "CUSTOMER.DISPUTE.UPDATED",
    "CUSTOMER.DISPUTE.RESOLVED",
];

static DESCRIPTION: DriverDescription = DriverDescription {
    key: "paypal",
    label: "PayPal",
    summary: "Paid on PayPal's page; refunds, notifications, disputes, settlement files.",
    is_sandbox: false,
    is_by_hand: false,
    fields: FIELDS,
    package: &[],
    currencies: Currencies::Only(money::CURRENCIES),
    webhook: Some(WebhookStyle {
        kinds: KINDS,
        hint: "PayPal Developer, Apps & Credentials, your app, Webhooks: add this address, \
               choose these kinds, and keep the webhook ID below",
    }),
    budget: Budget { per_second: 10, burst: 20, at_once: 8 },
    longest_call: LONGEST_CALL,
    idempotency: Window::Hours(6),
    page: PageNeeds::NONE,
};

const FIELDS: &[SettingField] = &[
    SettingField {
        name: "mode",
        label: "Mode",
        hint: "Sandbox moves no real money and has keys of its own.",
        kind: FieldKind::Choice(&[("sandbox", "Sandbox"), ("live", "Live")]),
        is_required: true,
        default: Some("sandbox"),
        variable: Some("PAYPAL_MODE"),
        ..SettingField::LINE
    },
    SettingField {
        name: "client_id",
        label: "Client ID",
        hint: "PayPal Developer, Apps & Credentials, your app, in the same mode.",
        is_required: true,
        variable: Some("PAYPAL_CLIENT_ID"),
        check: one_word,
        ..SettingField::LINE
    },
    SettingField {
        name: "client_secret",
        label: "Secret key",
        hint: "Beside the client ID. Whoever has it moves your money.",
        is_secret: true,
        is_required: true,
        variable: Some("PAYPAL_CLIENT_SECRET"),
        check: one_word,
        ..SettingField::LINE
    },
    SettingField {
        name: "webhook_id",
        label: "Webhook ID",
        hint: "What PayPal calls the address of your notifications; without it none is believed.",
        kind: FieldKind::Text { most: 50 },
        variable: Some("PAYPAL_WEBHOOK_ID"),
        check: letters_and_digits,
        ..SettingField::LINE
    },
    SettingField {
        name: "brand_name",
        label: "Name on PayPal's page",
        hint: "What payers read there; the name of your PayPal account unless set.",
        kind: FieldKind::Text { most: 127 },
        ..SettingField::LINE
    },
    SettingField {
        name: "webhook_check",
        label: "How notifications are checked",
        hint: "Here by PayPal's certificate, or by asking PayPal about each one.",
        kind: FieldKind::Choice(&[("offline", "By certificate"), ("online", "By asking PayPal")]),
        is_advanced: true,
        default: Some("offline"),
        ..SettingField::LINE
    },
    SettingField {
        name: "base_url",
        label: "Address of the API",
        hint: "PayPal's own, by mode, unless set.",
        kind: FieldKind::Url,
        is_advanced: true,
        ..SettingField::LINE
    },
];

/// The driver.
#[derive(Debug)]
pub struct PayPal {
    out: Outbound,
    tokens: client::Tokens,
    certificates: signature::Certificates,
}

impl PayPal {
    /// A driver that trusts the roots that browsers trust.
    #[must_use]
    pub fn new(out: &Outbound) -> Self {
        Self::trusting(out, Trust::browsers())
    }

    /// A driver that trusts signatures whose certificates lead to these roots.
    #[must_use]
    pub fn trusting(out: &Outbound, trust: Trust) -> Self {
        let certificates = signature::Certificates::trusting(trust);
        Self { out: out.clone(), tokens: client::Tokens::default(), certificates }
    }
}

impl Gateway for PayPal {
    fn description(&self) -> &'static DriverDescription {
        &DESCRIPTION
    }

    fn check(&self, settings: &SettingValues) -> Result<(), Invalid> {
        let set = settings.text("base_url").unwrap_or_default().trim_end_matches('/');
        let other = match is_live(settings) {
            true => "https://api-m.sandbox.paypal.com",
            false => "https://api-m.paypal.com",
        };
        if set == other {
            let detail = "this is the address of the other mode";
            return Err(Invalid::one("base_url", "paypal.other_mode", detail));
        }
        Ok(())
    }

    fn is_live(&self, settings: &SettingValues) -> bool {
        is_live(settings)
    }

    fn paging(&self) -> Option<&dyn CheckoutPages> {
        Some(self)
    }

    fn capturing(&self) -> Option<&dyn Capturing> {
        Some(self)
    }

    fn refunding(&self) -> Option<&dyn Refunding> {
        Some(self)
    }

    fn disputing(&self) -> Option<&dyn Disputing> {
        Some(self)
    }

    fn notifying(&self) -> Option<&dyn Notifications> {
        Some(self)
    }

    fn testing(&self) -> Option<&dyn ConnectionTest> {
        Some(self)
    }

    fn stating(&self) -> Option<&dyn Statements> {
        Some(self)
    }
}

/// Whether the settings are of the mode that moves real money.
fn is_live(settings: &SettingValues) -> bool {
    settings.text("mode") == Some("live")
}

/// A text as one line of at most so many characters, as PayPal wants names; nothing if none is
/// left.
fn line(text: &str, most: usize) -> Option<String> {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let cut: String = plain.collect::<String>().trim().chars().take(most).collect();
    let cut = cut.trim_end();
    (!cut.is_empty()).then(|| cut.to_owned())
}

fn one_word(text: &str) -> Result<(), &'static str> {
    match text.contains(char::is_whitespace) {
        true => Err("this has no spaces in it"),
        false => Ok(()),
    }
}

fn letters_and_digits(text: &str) -> Result<(), &'static str> {
    match text.bytes().all(|letter| letter.is_ascii_alphanumeric()) {
        true => Ok(()),
        false => Err("this is made of letters and digits"),
    }
}
