//! Pages of Stripe's (Checkout) on which a client pays or leaves a card (STR-02).
//!
//! A page is known by its own name until somebody pays on it, and the payment by its own from then
//! on. The key of a page carries a digest of what is told, since when it ends moves on: a page
//! whose answer was lost is in nobody's hands, so that a second one charges nobody twice.

use async_trait::async_trait;
use billfold_app::ports::driver::{Call, CallFailure, Found};
use billfold_app::ports::gateway::{ChargeReport, CheckoutPages, PageAsk, Returns, Sought};
use chrono::{DateTime, Utc};

use super::Stripe;
use super::charging::{customer, give_up, references};
use super::client::Client;
use super::form::{Form, cut, email_of};
use super::money;
use super::report::{HOSTED, of_session};
use super::seeking::{self, Listed};
use super::wire::Session;

/// Characters of a line's name at most.
const LONGEST_NAME: usize = 250;
/// Seconds of an hour.
const HOUR: i64 = 3_600;

#[async_trait]
impl CheckoutPages for Stripe {
    async fn open(&self, call: &Call<'_>, ask: &PageAsk<'_>) -> Result<ChargeReport, CallFailure> {
        let client = Client::new(&self.out, call);
        let amount = money::amount(ask.amount)?;
        let holder = match (ask.holder, ask.save) {
            (Some(holder), _) => Some(holder.to_owned()),
            (None, true) => Some(customer(&client, call, ask.payer).await?),
            (None, false) => None,
        };
        let told = call.account().settings.is_on("send_contact") && holder.is_none();
        let ours = ask.payment_id.to_string();
        let name = Some(cut(ask.description, LONGEST_NAME)).filter(|name| !name.is_empty());
        let form = begun("payment", ask.returns, call.now())
            .with("client_reference_id", &ours)
            .with_some("customer", holder)
            .with_some("customer_email", email_of(ask.payer).filter(|_| told))
            .with("line_items[0][price_data][currency]", money::currency(ask.amount.currency()))
            .with("line_items[0][price_data][unit_amount]", amount.to_string())
            .with("line_items[0][price_data][product_data][name]", name.unwrap_or(ours.clone()))
            .with("line_items[0][quantity]", "1")
            .description("payment_intent_data[description]", ask.description)
            .with_some("payment_intent_data[setup_future_usage]", ask.save.then_some("off_session"))
            .metadata(
                "payment_intent_data[metadata]",
                references(call, ask.payment_id, ask.payer, HOSTED, ask.references),
            )
            .metadata("metadata", [("payment_id", ours)]);
        open_page(&client, call, &form).await.map(|session| of_session(&session))
    }

    async fn look_up(
        &self,
        call: &Call<'_>,
        about: &Sought<'_>,
    ) -> Result<Found<ChargeReport>, CallFailure> {
        seeking::look_up(&Client::new(&self.out, call), about, Listed::Sessions).await
    }

    async fn close(&self, call: &Call<'_>, reference: &str) -> Result<ChargeReport, CallFailure> {
        give_up(&Client::new(&self.out, call), call, reference).await
    }
}

/// Opens a page.
pub(super) async fn open_page(
    client: &Client<'_>,
    call: &Call<'_>,
    form: &Form,
) -> Result<Session, CallFailure> {
    let key = format!("{}-{}", call.key(), form.digest());
    client.post("/v1/checkout/sessions", &key, form).await?.or_rejected()
}

/// What every page is told: what for, where the client comes back to, and when it ends.
pub(super) fn begun(mode: &str, returns: &Returns, now: DateTime<Utc>) -> Form {
    let joint = if returns.back.contains('?') { '&' } else { '?' };
    Form::new()
        .with("mode", mode)
        .with("success_url", format!("{}{joint}session={{CHECKOUT_SESSION_ID}}", returns.back))
        .with("cancel_url", &returns.cancel)
        .with("expires_at", ends_at(now).to_string())
}

/// When a page ends: one to two hours from now, the same for a whole hour, so that a repeat within
/// it is the same page.
fn ends_at(now: DateTime<Utc>) -> i64 {
    (now.timestamp().div_euclid(HOUR) + 2) * HOUR
}
