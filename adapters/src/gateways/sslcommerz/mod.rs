//! SSLCommerz: cards, banks and mobile money of Bangladesh, on a page of its own (SLC-01…03).
//!
//! Guarantees: nothing counts as paid before its validation interface said so, with our own
//! reference and an amount read exactly; a notice only says where to look; a refund whose answer
//! was lost is never called undone, because a second one would be sent; no error holds the store's
//! password, which travels in addresses. Every answer has status 200: what it says is in its body.
//! Absent on purpose: charges without the client, stored methods and disputes, which it has no
//! calls for, and refunds of money other than taka, whose unit is documented nowhere.

mod money;
mod paging;
mod refunding;
mod tries;
mod webhook;
mod wire;

use std::time::Duration;

use async_trait::async_trait;
use billfold_app::ports::driver::{
    Budget, Call, CallFailure, Currencies, DriverDescription, FieldKind, PageNeeds, SettingField,
    SettingValues, WebhookStyle, Window,
};
use billfold_app::ports::gateway::{
    CheckoutPages, ConnectionTest, Gateway, Notifications, Refunding, Tested,
};

use crate::outbound::Outbound;

use self::wire::Store;

/// How long a call may take, look-ups of several tries included.
const LONGEST: Duration = Duration::from_secs(30);

/// The driver.
#[derive(Clone, Debug)]
pub(super) struct SslCommerz {
    out: Outbound,
}

impl SslCommerz {
    /// A driver that leaves by this way.
    pub(super) fn new(out: &Outbound) -> Self {
        Self { out: out.clone() }
    }

    fn store<'a>(&'a self, call: &Call<'a>) -> Store<'a> {
        Store::new(&self.out, call.account(), call.now())
    }
}

static DESCRIPTION: DriverDescription = DriverDescription {
    key: "sslcommerz",
    label: "SSLCommerz",
    summary: "Cards, bank accounts and mobile money of Bangladesh, on a page of SSLCommerz.",
    is_sandbox: false,
    is_by_hand: false,
    fields: &[STORE_ID, STORE_PASSWD, MODE, BASE_URL],
    package: &[],
    currencies: Currencies::Only(money::CURRENCIES),
    webhook: Some(WebhookStyle {
        kinds: &["VALID", "FAILED", "CANCELLED", "UNATTEMPTED", "EXPIRED"],
        hint: "Each payment names the address by itself. To hear of payments whose page was \
               closed as well, enter it in the merchant panel under My Stores, IPN Settings.",
    }),
    budget: Budget { per_second: 5, burst: 10, at_once: 8 },
    longest_call: LONGEST,
    idempotency: Window::None,
    page: PageNeeds::NONE,
};

const STORE_ID: SettingField = SettingField {
    name: "store_id",
    label: "Store ID",
    hint: "From the mail that confirmed the store, such as testbox.",
    kind: FieldKind::Text { most: 30 },
    is_required: true,
    variable: Some("SSLCZ_STORE_ID"),
    check: one_word,
    ..SettingField::LINE
};

const STORE_PASSWD: SettingField = SettingField {
    name: "store_passwd",
    label: "Store password",
    hint: "The password for the interface from the same mail, not that of the merchant panel.",
    kind: FieldKind::Text { most: 100 },
    is_secret: true,
    is_required: true,
    variable: Some("SSLCZ_STORE_PASSWORD"),
    check: one_word,
    ..SettingField::LINE
};

const MODE: SettingField = SettingField {
    name: "mode",
    label: "Mode",
    hint: "Live calls are answered only from an address that SSLCommerz has registered.",
    kind: FieldKind::Choice(&[("sandbox", "Sandbox"), ("live", "Live")]),
    is_required: true,
    default: Some("sandbox"),
    variable: Some("SSLCZ_MODE"),
    ..SettingField::LINE
};

const BASE_URL: SettingField = SettingField {
    name: "base_url",
    label: "Address",
    hint: "Only to call another address than that of the mode.",
    kind: FieldKind::Url,
    is_advanced: true,
    ..SettingField::LINE
};

fn one_word(text: &str) -> Result<(), &'static str> {
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("leave out the spaces");
    }
    Ok(())
}

impl Gateway for SslCommerz {
    fn description(&self) -> &'static DriverDescription {
        &DESCRIPTION
    }

    fn is_live(&self, settings: &SettingValues) -> bool {
        settings.text("mode") == Some("live")
    }

    fn paging(&self) -> Option<&dyn CheckoutPages> {
        Some(self)
    }

    fn refunding(&self) -> Option<&dyn Refunding> {
        Some(self)
    }

    fn notifying(&self) -> Option<&dyn Notifications> {
        Some(self)
    }

    fn testing(&self) -> Option<&dyn ConnectionTest> {
        Some(self)
    }
}

#[async_trait]
impl ConnectionTest for SslCommerz {
    async fn test(&self, call: &Call<'_>) -> Result<Tested, CallFailure> {
        // A try that nobody made: a store that is let in is told that it does not exist.
        self.store(call).validate("billfold-connection-test").await?;
        let settings = &call.account().settings;
        let is_live = self.is_live(settings);
        let mode = if is_live { "live" } else { "sandbox" };
        let says = format!("store {} is let in, {mode} mode", settings.required("store_id"));
        Ok(Tested { says, is_live })
    }
}
