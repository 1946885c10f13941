//! Money that the client's bank takes back.

use async_trait::async_trait;
use billfold_app::ports::driver::{Call, CallFailure, Found, Why};
use billfold_app::ports::gateway::{DisputeReport, DisputeStage, Disputing, Evidence};
use billfold_domain::kernel::Money;
use chrono::DateTime;

use super::client::{Client, path_of, word};
use super::form::Form;
use super::seeking::{there, unsaid};
use super::wire::{Dispute, Reference};
use super::{Stripe, money};

/// Characters of one piece of evidence at most.
const LONGEST: usize = 20_000;

#[async_trait]
impl Disputing for Stripe {
    async fn look_up(
        &self,
        call: &Call<'_>,
        reference: &str,
    ) -> Result<Found<DisputeReport>, CallFailure> {
        let client = Client::new(&self.out, call);
        let said = client.get(&path_of("disputes", reference)?, &Form::new()).await?;
        match there(said)? {
            Some(dispute) => of_dispute(&dispute).map(Found::There).ok_or_else(unsaid),
            None => Ok(Found::NotThere),
        }
    }

    async fn accept(&self, call: &Call<'_>, reference: &str) -> Result<DisputeReport, CallFailure> {
        let client = Client::new(&self.out, call);
        let path = format!("{}/close", path_of("disputes", reference)?);
        let said = client.post(&path, call.key(), &Form::new()).await?;
        of_dispute(&said.or_rejected()?).ok_or_else(unsaid)
    }

    async fn answer(
        &self,
        call: &Call<'_>,
        reference: &str,
        evidence: &Evidence,
    ) -> Result<DisputeReport, CallFailure> {
        // What is cut off might be what matters: a person shortens it.
        let texts = [&evidence.text, &evidence.product];
        if texts.iter().any(|text| text.chars().count() > LONGEST) {
            let why = Why::new("evidence_too_long", "Stripe takes 20,000 characters of each text");
            return Err(CallFailure::Rejected { why });
        }
        let said = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let form = Form::new()
            .with_some("evidence[uncategorized_text]", said(&evidence.text))
            .with_some("evidence[product_description]", said(&evidence.product))
            .with_some("evidence[service_date]", evidence.service_date.as_deref())
            .with("submit", "true");
        let client = Client::new(&self.out, call);
        let said = client.post(&path_of("disputes", reference)?, call.key(), &form).await?;
        of_dispute(&said.or_rejected()?).ok_or_else(unsaid)
    }
}

/// What Stripe says of a dispute; nothing where it names an amount or a payment we cannot say.
pub(super) fn of_dispute(dispute: &Dispute) -> Option<DisputeReport> {
    let payment = dispute.payment_intent.as_ref().or(dispute.charge.as_ref());
    let until = dispute.evidence_details.as_ref().and_then(|details| details.due_by);
    Some(DisputeReport {
        reference: dispute.id.clone(),
        payment_reference: payment.map(Reference::id)?.to_owned(),
        amount: money::money(dispute.amount, &dispute.currency)?,
        fee: fee(dispute),
        reason: word(&dispute.reason),
        stage: stage(&dispute.status),
        answer_by: until.filter(|at| *at > 0).and_then(|at| DateTime::from_timestamp(at, 0)),
    })
}

/// Fees taken less fees given back; nothing where there is none, or where currencies are mixed.
fn fee(dispute: &Dispute) -> Option<Money> {
    let currency = &dispute.balance_transactions.first()?.currency;
    let moved = &dispute.balance_transactions;
    let sum = moved.iter().try_fold(0_i64, |sum, moved| match moved.currency == *currency {
        true => sum.checked_add(moved.fee),
        false => None,
    })?;
    (sum != 0).then(|| money::money(sum, currency)).flatten()
}

fn stage(status: &str) -> DisputeStage {
    match status {
        "warning_needs_response" | "warning_under_review" | "warning_closed" => {
            DisputeStage::Inquiry
        }
        "needs_response" | "under_review" => DisputeStage::Opened,
        "won" => DisputeStage::Won,
        "lost" => DisputeStage::Lost,
        // Newer states, such as `prevented` and `appeal_…`.
        _ => DisputeStage::Other,
    }
}
