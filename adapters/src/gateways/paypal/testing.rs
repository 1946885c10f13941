//! Whether the settings let us in (PAY-28).

use async_trait::async_trait;
use billfold_app::ports::driver::{Call, CallFailure, Why};
use billfold_app::ports::gateway::{ConnectionTest, Tested};

use super::client::Api;
use super::wire::{Webhook, is_name};
use super::{KINDS, PayPal, is_live};

#[async_trait]
impl ConnectionTest for PayPal {
    /// Asks for a token, and for the webhook if one is set.
    async fn test(&self, call: &Call<'_>) -> Result<Tested, CallFailure> {
        let settings = &call.account().settings;
        let api = Api::of(self, call);
        api.sign_in().await?;
        let is_live = is_live(settings);
        let mode = if is_live { "live" } else { "sandbox" };
        let Some(name) = settings.text("webhook_id") else {
            let says = format!(
                "the keys are good, {mode} mode; without a webhook ID nothing is \
                                heard of payments that nobody comes back from"
            );
            return Ok(Tested { says, is_live });
        };
        let found: Option<Webhook> = match is_name(name) {
            true => api.find(format!("/v1/notifications/webhooks/{name}")).await?,
            false => None,
        };
        let Some(webhook) = found else {
            let why = Why::new("webhook_not_there", "PayPal knows no webhook of this ID");
            return Err(CallFailure::Misconfigured { why });
        };
        Ok(Tested { says: format!("the keys are good, {mode} mode; {}", heard(&webhook)), is_live })
    }
}

/// Where notifications go, and which are missing.
fn heard(webhook: &Webhook) -> String {
    let chosen = |kind: &str| {
        webhook.event_types.iter().any(|chosen| chosen.name == kind || chosen.name == "*")
    };
    let missing: Vec<&str> = KINDS.iter().copied().filter(|kind| !chosen(kind)).collect();
    let place = webhook.url.split('?').next().unwrap_or_default();
    match missing.as_slice() {
        [] => format!("notifications go to {place}"),
        missing => format!("notifications go to {place}, but without {}", missing.join(", ")),
    }
}
