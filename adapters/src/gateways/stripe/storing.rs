//! Cards that Stripe keeps for later. We keep its name for them and what a client knows them by.

use async_trait::async_trait;
use billfold_app::access::Secret;
use billfold_app::ports::driver::{Call, CallFailure, Found, Why};
use billfold_app::ports::gateway::{
    CardFace, Handover, MethodReport, MethodStage, StoreAsk, StoredToken, StoringMethods,
};
use chrono::DateTime;

use super::charging::customer;
use super::checkout::{begun, open_page};
use super::client::{Client, Said, path_of, without_token, word};
use super::form::{Form, cut};
use super::seeking::{is_page, there};
use super::wire::{Method, Session, Setup};
use super::{Stripe, settings};

/// What a name of Stripe's begins with that names a method itself.
const METHOD: &str = "pm_";

#[async_trait]
impl StoringMethods for Stripe {
    async fn begin(
        &self,
        call: &Call<'_>,
        ask: &StoreAsk<'_>,
    ) -> Result<MethodReport, CallFailure> {
        let client = Client::new(&self.out, call);
        let holder = match ask.holder {
            Some(holder) => holder.to_owned(),
            None => customer(&client, call, ask.payer).await?,
        };
        let ids = || {
            [
                ("payment_method_id", ask.method_id.to_string()),
                ("client_id", ask.client_id.to_string()),
                ("seller_id", call.account().tenant.to_string()),
            ]
        };
        if ask.on_page {
            let form = Form::new()
                .with("customer", &holder)
                .with("usage", "off_session")
                .with("payment_method_types[0]", "card")
                .metadata("metadata", ids());
            let said = client.post("/v1/setup_intents", call.key(), &form).await?;
            return report_of_setup(&client, &said.or_rejected()?, Some(holder)).await;
        }
        let form = begun("setup", ask.returns, call.now())
            .with("client_reference_id", ask.method_id.to_string())
            .with("customer", &holder)
            .with("payment_method_types[0]", "card")
            .metadata("setup_intent_data[metadata]", ids())
            .metadata("metadata", ids());
        let session = open_page(&client, call, &form).await?;
        Ok(of_page(&session, Some(holder)))
    }

    async fn look_up(
        &self,
        call: &Call<'_>,
        reference: &str,
    ) -> Result<Found<MethodReport>, CallFailure> {
        let client = Client::new(&self.out, call);
        if is_page(reference) {
            let said = client.get(&path_of("checkout/sessions", reference)?, &Form::new()).await?;
            return match there(said)? {
                Some(session) => report_of_page(&client, &session).await.map(Found::There),
                None => Ok(Found::NotThere),
            };
        }
        if reference.starts_with(METHOD) {
            return Ok(match method(&client, reference).await? {
                Some(method) => Found::There(of_method(&method)),
                None => Found::NotThere,
            });
        }
        let said = client.get(&path_of("setup_intents", reference)?, &Form::new()).await?;
        match there(said)? {
            Some(setup) => report_of_setup(&client, &setup, None).await.map(Found::There),
            None => Ok(Found::NotThere),
        }
    }

    async fn forget(&self, call: &Call<'_>, token: &StoredToken) -> Result<(), CallFailure> {
        let client = Client::new(&self.out, call);
        let name = token.token.reveal();
        let path = format!("{}/detach", path_of("payment_methods", name)?);
        let said = client.post::<Method>(&path, call.key(), &Form::new()).await;
        match said.map_err(|failure| without_token(failure, name))? {
            Said::Yes(_) => Ok(()),
            Said::No(refusal) if refusal.is_missing() => Ok(()),
            // One that nobody holds is forgotten already.
            Said::No(refusal) => match method(&client, name).await? {
                Some(Method { customer: Some(_), .. }) => Err(refusal.rejected()),
                _ => Ok(()),
            },
        }
    }
}

async fn method(client: &Client<'_>, token: &str) -> Result<Option<Method>, CallFailure> {
    let said = client.get(&path_of("payment_methods", token)?, &Form::new()).await;
    said.and_then(there).map_err(|failure| without_token(failure, token))
}

fn of_page(session: &Session, holder: Option<String>) -> MethodReport {
    let stage = match (session.status.as_deref(), &session.url) {
        (Some("expired"), _) => failed("expired", "Stripe's page ran out"),
        (_, Some(url)) => MethodStage::NeedsClient {
            handover: Handover::Page { url: url.clone() },
            until: DateTime::from_timestamp(session.expires_at, 0)
                .filter(|_| session.expires_at > 0),
        },
        (_, None) => failed("not_stored", "Stripe's page is over, and nothing was stored"),
    };
    let known = session.customer.as_ref().map(|customer| customer.id().to_owned());
    MethodReport { reference: session.id.clone(), holder: known.or(holder), stage }
}

async fn report_of_page(
    client: &Client<'_>,
    session: &Session,
) -> Result<MethodReport, CallFailure> {
    let is_complete = session.status.as_deref() == Some("complete");
    let Some(setup) = session.setup_intent.as_ref().filter(|_| is_complete) else {
        return Ok(of_page(session, None));
    };
    let said = client.get(&path_of("setup_intents", setup.id())?, &Form::new()).await?;
    let report = report_of_setup(client, &said.or_rejected()?, None).await?;
    Ok(MethodReport { reference: session.id.clone(), ..report })
}

async fn report_of_setup(
    client: &Client<'_>,
    setup: &Setup,
    holder: Option<String>,
) -> Result<MethodReport, CallFailure> {
    let known = setup.customer.as_ref().map(|customer| customer.id().to_owned());
    let holder = known.or(holder);
    let reference = setup.id.clone();
    let stage = match (setup.status.as_str(), &setup.payment_method, &setup.client_secret) {
        ("succeeded", Some(token), _) => match method(client, token.id()).await? {
            Some(method) => stored(&method, holder.clone()),
            None => failed("method_gone", "Stripe stored the method and forgot it since"),
        },
        ("canceled", ..) => {
            let reason = setup.cancellation_reason.as_deref().unwrap_or("canceled");
            failed(&word(reason), "it was cancelled at Stripe")
        }
        // Everything else is the client's to go on with, by Stripe's script.
        (_, _, Some(client_secret)) => MethodStage::NeedsClient {
            handover: Handover::Confirm {
                client_secret: client_secret.clone(),
                public_key: settings::public_key(client.account()),
            },
            until: None,
        },
        (_, _, None) => {
            let why = Why::new("unreadable", "Stripe does not say how to go on");
            return Err(CallFailure::Unknown { why });
        }
    };
    Ok(MethodReport { reference, holder, stage })
}

fn stored(method: &Method, holder: Option<String>) -> MethodStage {
    let token = StoredToken { token: Secret::new(&method.id), holder };
    MethodStage::Stored { token, face: face(method) }
}

/// A method as Stripe tells of it by itself.
pub(super) fn of_method(method: &Method) -> MethodReport {
    let holder = method.customer.as_ref().map(|customer| customer.id().to_owned());
    let stage = stored(method, holder.clone());
    MethodReport { reference: method.id.clone(), holder, stage }
}

fn failed(code: &str, text: &str) -> MethodStage {
    MethodStage::Failed { why: Why::new(code, text) }
}

fn face(method: &Method) -> CardFace {
    let Some(card) = &method.card else {
        let label = label(&method.kind);
        return CardFace { label, last_four: None, expires: None };
    };
    let is_four = |last: &&String| last.len() == 4 && last.bytes().all(|b| b.is_ascii_digit());
    let is_month = |(_, month): &(i32, u32)| (1..=12).contains(month);
    CardFace {
        label: label(&card.brand),
        last_four: card.last4.as_ref().filter(is_four).cloned(),
        expires: card.exp_year.zip(card.exp_month).filter(is_month),
    }
}

/// A brand as people know it; Stripe writes them in small letters.
fn label(word: &str) -> String {
    match word {
        "amex" => "American Express".to_owned(),
        "diners" => "Diners Club".to_owned(),
        "jcb" => "JCB".to_owned(),
        "mastercard" => "Mastercard".to_owned(),
        "unionpay" => "UnionPay".to_owned(),
        "" | "unknown" => "Card".to_owned(),
        other => {
            let mut letters = cut(&other.replace('_', " "), 40);
            if let Some(first) = letters.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            letters
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brands_are_written_as_people_know_them() {
        for (word, shown) in [
            ("visa", "Visa"),
            ("amex", "American Express"),
            ("sepa_debit", "Sepa debit"),
            ("", "Card"),
        ] {
            assert_eq!(label(word), shown);
        }
        assert_eq!(label("éclair"), "éclair");
    }
}
