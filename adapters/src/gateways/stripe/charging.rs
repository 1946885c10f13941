//! Charges by a stored card, without the client, and on our own page, with Stripe's script.

use async_trait::async_trait;
use billfold_app::ports::driver::{Call, CallFailure, Found, Why};
use billfold_app::ports::gateway::{
    ChargeAsk, ChargeReport, ChargeWay, Charging, Payer, Sought, StoredToken,
};
use billfold_domain::kernel::PaymentId;

use super::Stripe;
use super::client::{Client, Said, path_of};
use super::form::{Form, email_of, name_of};
use super::money;
use super::report::{ON_PAGE, STORED, WAY, declined};
use super::seeking::{self, Listed, by_reference, is_page, report_of_intent, report_of_session};
use super::wire::{Customer, Intent, Session};

/// The code of a refusal that says that a payment is not where it was thought to be.
const MOVED_ON: &str = "payment_intent_unexpected_state";

#[async_trait]
impl Charging for Stripe {
    async fn charge(
        &self,
        call: &Call<'_>,
        ask: &ChargeAsk<'_>,
    ) -> Result<ChargeReport, CallFailure> {
        let client = Client::new(&self.out, call);
        let form = Form::new()
            .with("amount", money::amount(ask.amount)?.to_string())
            .with("currency", money::currency(ask.amount.currency()));
        let (form, way) = match &ask.way {
            ChargeWay::Stored(token) => (stored(form, token), STORED),
            ChargeWay::OnPage { save, holder } => {
                let holder = match (holder, save) {
                    (Some(holder), _) => Some((*holder).to_owned()),
                    (None, true) => Some(customer(&client, call, ask.payer).await?),
                    (None, false) => None,
                };
                let usage = save.then_some("off_session");
                let form = form.with_some("customer", holder);
                (form.with_some("setup_future_usage", usage), ON_PAGE)
            }
        };
        // Without a word Stripe offers every method of the dashboard, and some of them want a page.
        let form = form
            .with("payment_method_types[0]", "card")
            .description("description", ask.description)
            .metadata("metadata", references(call, ask.payment_id, ask.payer, way, ask.references));
        match client.post("/v1/payment_intents", call.key(), &form).await? {
            Said::Yes(intent) => report_of_intent(&client, &intent).await,
            Said::No(refusal) if refusal.status == 402 => {
                let intent = refusal.error.payment_intent.as_ref().map(|intent| intent.id());
                let name = intent.or(refusal.error.charge.as_deref()).unwrap_or(call.key());
                Ok(declined(name.to_owned(), &refusal.error, Some(refusal.status)))
            }
            Said::No(refusal) => Err(refusal.rejected()),
        }
    }

    async fn confirm(
        &self,
        call: &Call<'_>,
        reference: &str,
        method: Option<&StoredToken>,
    ) -> Result<ChargeReport, CallFailure> {
        let client = Client::new(&self.out, call);
        let path = format!("{}/confirm", path_of("payment_intents", reference)?);
        let form = Form::new()
            .with_some("payment_method", method.map(|method| method.token.reveal()))
            .with("use_stripe_sdk", "true");
        match client.post::<Intent>(&path, call.key(), &form).await? {
            Said::Yes(intent) => report_of_intent(&client, &intent).await,
            Said::No(refusal) if refusal.status == 402 => {
                Ok(declined(reference.to_owned(), &refusal.error, Some(refusal.status)))
            }
            Said::No(refusal) if refusal.is(MOVED_ON) => as_it_is(&client, reference).await,
            Said::No(refusal) => Err(refusal.rejected()),
        }
    }

    async fn cancel(&self, call: &Call<'_>, reference: &str) -> Result<ChargeReport, CallFailure> {
        give_up(&Client::new(&self.out, call), call, reference).await
    }

    async fn look_up(
        &self,
        call: &Call<'_>,
        about: &Sought<'_>,
    ) -> Result<Found<ChargeReport>, CallFailure> {
        seeking::look_up(&Client::new(&self.out, call), about, Listed::Intents).await
    }
}

fn stored(form: Form, token: &StoredToken) -> Form {
    form.with_some("customer", token.holder.as_deref())
        .with("payment_method", token.token.reveal())
        .with("off_session", "true")
        .with("confirm", "true")
}

/// Gives up a payment or a page. What Stripe does not give up any more is told as it is.
pub(super) async fn give_up(
    client: &Client<'_>,
    call: &Call<'_>,
    reference: &str,
) -> Result<ChargeReport, CallFailure> {
    let given_up = if is_page(reference) {
        let path = format!("{}/expire", path_of("checkout/sessions", reference)?);
        match client.post::<Session>(&path, call.key(), &Form::new()).await? {
            Said::Yes(session) => return report_of_session(client, &session).await,
            Said::No(refusal) => refusal,
        }
    } else {
        let path = format!("{}/cancel", path_of("payment_intents", reference)?);
        let form = Form::new().with("cancellation_reason", "abandoned");
        match client.post::<Intent>(&path, call.key(), &form).await? {
            Said::Yes(intent) => return report_of_intent(client, &intent).await,
            Said::No(refusal) => refusal,
        }
    };
    match given_up.status {
        400 => as_it_is(client, reference).await,
        _ => Err(given_up.rejected()),
    }
}

async fn as_it_is(client: &Client<'_>, reference: &str) -> Result<ChargeReport, CallFailure> {
    match by_reference(client, reference).await? {
        Found::There(report) => Ok(report),
        Found::NotThere | Found::CannotTell => {
            let why = Why::new("not_there", "Stripe refuses it, and does not have it either");
            Err(CallFailure::Unknown { why })
        }
    }
}

/// The ids by which a payment is found at Stripe, ours first.
pub(super) fn references(
    call: &Call<'_>,
    payment_id: PaymentId,
    payer: &Payer,
    way: &str,
    more: &[(&'static str, String)],
) -> Vec<(&'static str, String)> {
    let mut all = vec![
        ("payment_id", payment_id.to_string()),
        ("seller_id", call.account().tenant.to_string()),
        (WAY, way.to_owned()),
    ];
    all.extend(payer.client_id.map(|id| ("client_id", id.to_string())));
    for (name, value) in more {
        if all.iter().all(|(known, _)| known != name) {
            all.push((name, value.clone()));
        }
    }
    all
}

/// A new customer at Stripe. The key carries a digest of what is told, so that a mail address that
/// changed between two tries makes another customer and no error; no money moves by it.
pub(super) async fn customer(
    client: &Client<'_>,
    call: &Call<'_>,
    payer: &Payer,
) -> Result<String, CallFailure> {
    let mut ids = vec![("seller_id", call.account().tenant.to_string())];
    ids.extend(payer.client_id.map(|id| ("client_id", id.to_string())));
    let told = call.account().settings.is_on("send_contact");
    let form = Form::new()
        .with_some("email", email_of(payer).filter(|_| told))
        .with_some("name", name_of(payer).filter(|_| told))
        .metadata("metadata", ids);
    let key = format!("{}-{}", call.key(), form.digest());
    let made: Customer = client.post("/v1/customers", &key, &form).await?.or_rejected()?;
    Ok(made.id)
}
