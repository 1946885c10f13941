//! What a seller sets for an account with Stripe, and what the driver says of itself.

use std::time::Duration;

use billfold_app::ports::driver::{
    Account, Budget, Currencies, DriverDescription, FieldKind, PageNeeds, SettingField,
    SettingValues, WebhookStyle, Window,
};
use billfold_domain::kernel::Invalid;

use super::webhook;

/// Where Stripe is, unless an account says otherwise.
pub(super) const BASE_URL: &str = "https://api.stripe.com";

/// How long one call may take, all its requests together.
pub(super) const LONGEST_CALL: Duration = Duration::from_secs(30);

/// What the driver is.
pub(super) static DESCRIPTION: DriverDescription = DriverDescription {
    key: "stripe",
    label: "Stripe",
    summary: "Cards and wallets: on our page, on Stripe's, and stored for renewals; refunds, \
              disputes, balance reports.",
    is_sandbox: false,
    is_by_hand: false,
    fields: &FIELDS,
    package: &[],
    currencies: Currencies::Any,
    webhook: Some(WebhookStyle {
        kinds: webhook::KINDS,
        hint: "Dashboard, Developers, Webhooks, Add endpoint; then copy the signing secret here.",
    }),
    // Stripe takes 25 a second in test mode and from one endpoint.
    budget: Budget { per_second: 20, burst: 20, at_once: 16 },
    longest_call: LONGEST_CALL,
    idempotency: Window::Hours(24),
    page: PageNeeds {
        scripts: &["https://js.stripe.com"],
        frames: &["https://js.stripe.com", "https://hooks.stripe.com"],
        connects: &["https://api.stripe.com"],
    },
};

static FIELDS: [SettingField; 7] = [
    SettingField {
        name: "publishable_key",
        label: "Publishable key",
        hint: "Dashboard, Developers, API keys: begins with pk_test_ or pk_live_.",
        is_required: true,
        variable: Some("STRIPE_PUBLISHABLE_KEY"),
        check: |text| begins(text, &["pk_test_", "pk_live_"], PUBLISHABLE_RULE),
        ..SettingField::LINE
    },
    SettingField {
        name: "secret_key",
        label: "Secret key",
        hint: "Dashboard, Developers, API keys: a secret key, or better a restricted one.",
        is_secret: true,
        is_required: true,
        variable: Some("STRIPE_SECRET_KEY"),
        check: |text| begins(text, &["sk_test_", "sk_live_", "rk_test_", "rk_live_"], SECRET_RULE),
        ..SettingField::LINE
    },
    SettingField {
        name: "webhook_secret",
        label: "Signing secret of the webhook",
        hint: "Shown where the webhook's endpoint was added: begins with whsec_.",
        is_secret: true,
        variable: Some("STRIPE_WEBHOOK_SECRET"),
        check: |text| begins(text, &["whsec_"], "begins with whsec_, without spaces"),
        ..SettingField::LINE
    },
    SettingField {
        name: "send_contact",
        label: "Tell Stripe names and mail addresses",
        hint: "Helps Stripe to tell fraud; it sends no mail of its own unless told to.",
        kind: FieldKind::Switch,
        default: Some("false"),
        ..SettingField::LINE
    },
    SettingField {
        name: "calls_per_second",
        label: "Calls a second",
        hint: "Stripe takes 25 a second in test mode, 100 in live mode.",
        kind: FieldKind::Number { least: 1, most: 100 },
        is_advanced: true,
        default: Some("20"),
        ..SettingField::LINE
    },
    SettingField {
        name: "base_url",
        label: "Address of the API",
        hint: "Only for tests against something that speaks like Stripe.",
        kind: FieldKind::Url,
        is_advanced: true,
        default: Some(BASE_URL),
        ..SettingField::LINE
    },
    SettingField {
        name: "script_url",
        label: "Address of the script",
        hint: "What the page to pay on loads; Stripe wants its own to be used.",
        kind: FieldKind::Url,
        is_advanced: true,
        default: Some("https://js.stripe.com/v3/"),
        ..SettingField::LINE
    },
];

const PUBLISHABLE_RULE: &str = "begins with pk_test_ or pk_live_, without spaces";
const SECRET_RULE: &str = "begins with sk_ or rk_, then test_ or live_, without spaces";

fn begins(text: &str, prefixes: &[&str], rule: &'static str) -> Result<(), &'static str> {
    let named = |prefix: &&str| text.len() > prefix.len() && text.starts_with(*prefix);
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_plain && prefixes.iter().any(named) { Ok(()) } else { Err(rule) }
}

/// Both keys must be of one mode.
pub(super) fn check(settings: &SettingValues) -> Result<(), Invalid> {
    let (Some(public), Some(secret)) =
        (settings.text("publishable_key"), settings.text("secret_key"))
    else {
        return Ok(());
    };
    if is_live_key(public) == is_live_key(secret) {
        return Ok(());
    }
    let says = "both keys must be of one mode: two of test mode, or two of live mode";
    Err(Invalid::one("publishable_key", "gateway.keys_of_two_modes", says))
}

/// Whether what is set moves real money.
pub(super) fn is_live(settings: &SettingValues) -> bool {
    is_live_key(settings.required("secret_key"))
}

/// The key that a browser may know.
pub(super) fn public_key(account: &Account) -> String {
    account.settings.required("publishable_key").to_owned()
}

fn is_live_key(key: &str) -> bool {
    key.contains("_live_")
}
