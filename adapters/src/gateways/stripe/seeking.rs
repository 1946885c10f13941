//! Looking payments up, by Stripe's name for them or by ours.

use billfold_app::ports::driver::{CallFailure, Found, Why};
use billfold_app::ports::gateway::{ChargeReport, Sought};
use chrono::{DateTime, TimeDelta, Utc};

use super::client::{Client, Said, Searched, Step, path_of};
use super::form::Form;
use super::report::{Chance, HOSTED, STORED, of_intent, of_session};
use super::wire::{Intent, Session};

/// How far Stripe's clock and ours may be apart when something is sought by its time.
const CLOCKS_APART: TimeDelta = TimeDelta::minutes(10);

/// What a name of Stripe's begins with that names a page.
const PAGE: &str = "cs_";
/// What one begins with that names a payment.
const PAYMENT: &str = "pi_";

/// Where a payment of ours is listed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Listed {
    /// Among the payments.
    Intents,
    /// Among the pages.
    Sessions,
}

/// Whether a reference names a page.
pub(super) fn is_page(reference: &str) -> bool {
    reference.starts_with(PAGE)
}

/// Looks a payment up.
pub(super) async fn look_up(
    client: &Client<'_>,
    about: &Sought<'_>,
    listed: Listed,
) -> Result<Found<ChargeReport>, CallFailure> {
    // What a notification named helps where no answer ever named anything.
    let hint = about.hint.filter(|hint| hint.starts_with(PAYMENT) || is_page(hint));
    let Some(reference) = about.reference.or(hint) else {
        return match (about.sent_at, listed) {
            (None, _) => Ok(Found::CannotTell),
            (Some(sent_at), Listed::Intents) => intent_of_ours(client, about, sent_at).await,
            (Some(sent_at), Listed::Sessions) => session_of_ours(client, about, sent_at).await,
        };
    };
    by_reference(client, reference).await
}

/// Looks a payment up by Stripe's name for it or for its page.
pub(super) async fn by_reference(
    client: &Client<'_>,
    reference: &str,
) -> Result<Found<ChargeReport>, CallFailure> {
    if is_page(reference) {
        let said = client.get(&path_of("checkout/sessions", reference)?, &Form::new()).await?;
        return match there(said)? {
            Some(session) => report_of_session(client, &session).await.map(Found::There),
            None => Ok(Found::NotThere),
        };
    }
    let said = client.get(&path_of("payment_intents", reference)?, &Form::new()).await?;
    match there(said)? {
        Some(intent) => report_of_intent(client, &intent).await.map(Found::There),
        None => Ok(Found::NotThere),
    }
}

/// What Stripe has; nothing where it has none. Any other refusal is one for good.
pub(super) fn there<T>(said: Said<T>) -> Result<Option<T>, CallFailure> {
    match said {
        Said::Yes(said) => Ok(Some(said)),
        Said::No(refusal) if refusal.is_missing() => Ok(None),
        Said::No(refusal) => Err(refusal.rejected()),
    }
}

/// What a payment comes to. One that waits on a page of Stripe's is told by its page, which alone
/// knows whether the payer can go on.
pub(super) async fn report_of_intent(
    client: &Client<'_>,
    intent: &Intent,
) -> Result<ChargeReport, CallFailure> {
    if intent.way() == Some(HOSTED) && intent.waits() {
        let query = || Form::new().with("payment_intent", &intent.id);
        let found = client.search("/v1/checkout/sessions", query, Step::Found).await?;
        if let Searched::Found(session) = found {
            return match page_is_complete(&session) {
                true => said(client, intent, Chance::Over),
                false => Ok(of_session(&session)),
            };
        }
    }
    let chance = if intent.way() == Some(STORED) { Chance::Over } else { Chance::Open };
    said(client, intent, chance)
}

/// What a page comes to: once it is complete, its payment says it.
pub(super) async fn report_of_session(
    client: &Client<'_>,
    session: &Session,
) -> Result<ChargeReport, CallFailure> {
    let Some(intent) = session.payment_intent.as_ref().filter(|_| page_is_complete(session)) else {
        return Ok(of_session(session));
    };
    let said_of = client.get(&path_of("payment_intents", intent.id())?, &Form::new()).await?;
    let intent: Intent = said_of.or_rejected()?;
    said(client, &intent, Chance::Over)
}

fn page_is_complete(session: &Session) -> bool {
    session.status.as_deref() == Some("complete")
}

fn said(client: &Client<'_>, intent: &Intent, chance: Chance) -> Result<ChargeReport, CallFailure> {
    of_intent(client.account(), intent, chance).ok_or_else(unsaid)
}

/// Stripe names an amount that cannot be said in our units: nobody guesses.
pub(super) fn unsaid() -> CallFailure {
    let why = Why::new("amount_unreadable", "Stripe names an amount that we cannot say");
    CallFailure::Unknown { why }
}

async fn intent_of_ours(
    client: &Client<'_>,
    about: &Sought<'_>,
    sent_at: DateTime<Utc>,
) -> Result<Found<ChargeReport>, CallFailure> {
    let (from, to) = (sent_at - CLOCKS_APART, sent_at + CLOCKS_APART);
    let query = || {
        Form::new()
            .with("created[gte]", from.timestamp().to_string())
            .with("created[lte]", to.timestamp().to_string())
            .with_some("customer", about.holder)
    };
    let is_ours = |intent: Intent| match intent.payment_id() == Some(about.payment_id) {
        true => Step::Found(intent),
        false => Step::On,
    };
    match client.search("/v1/payment_intents", query, is_ours).await? {
        Searched::Found(intent) => report_of_intent(client, &intent).await.map(Found::There),
        Searched::Nothing => Ok(Found::NotThere),
        Searched::TooLong => Ok(Found::CannotTell),
    }
}

/// Pages are listed newest first and not by their time.
async fn session_of_ours(
    client: &Client<'_>,
    about: &Sought<'_>,
    sent_at: DateTime<Utc>,
) -> Result<Found<ChargeReport>, CallFailure> {
    let earliest = (sent_at - CLOCKS_APART).timestamp();
    let ours = about.payment_id.to_string();
    let query = || Form::new().with_some("customer", about.holder);
    let is_ours = |session: Session| {
        if session.client_reference_id.as_deref() == Some(&ours) {
            return Step::Found(session);
        }
        if session.created < earliest { Step::End } else { Step::On }
    };
    match client.search("/v1/checkout/sessions", query, is_ours).await? {
        Searched::Found(session) => report_of_session(client, &session).await.map(Found::There),
        Searched::Nothing => Ok(Found::NotThere),
        Searched::TooLong => Ok(Found::CannotTell),
    }
}
