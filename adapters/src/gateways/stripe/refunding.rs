//! Money that goes back.

use async_trait::async_trait;
use billfold_app::ports::driver::{Call, CallFailure, Found, Why};
use billfold_app::ports::gateway::{
    RefundAsk, RefundReport, RefundStageThere, Refunding, SoughtRefund,
};

use super::client::{Client, Said, Searched, Step, path_of, word};
use super::form::Form;
use super::report::LOOK_AGAIN;
use super::seeking::there;
use super::wire::{Refund, entry};
use super::{Stripe, money};

#[async_trait]
impl Refunding for Stripe {
    async fn refund(
        &self,
        call: &Call<'_>,
        ask: &RefundAsk<'_>,
    ) -> Result<RefundReport, CallFailure> {
        let client = Client::new(&self.out, call);
        let ids = [
            ("refund_id", ask.refund_id.to_string()),
            ("payment_id", ask.payment_id.to_string()),
            ("seller_id", call.account().tenant.to_string()),
        ];
        let form = Form::new()
            .with(named(ask.reference), ask.reference)
            .with("amount", money::amount(ask.amount)?.to_string())
            .with("reason", "requested_by_customer")
            .metadata("metadata", ids);
        match client.post::<Refund>("/v1/refunds", call.key(), &form).await? {
            Said::Yes(refund) => Ok(of_refund(&refund)),
            Said::No(refusal) if refusal.error.is_too_much_to_refund() => Ok(RefundReport {
                reference: ask.refund_id.to_string(),
                ours: Some(ask.refund_id),
                amount: None,
                stage: RefundStageThere::Failed { why: refusal.why },
            }),
            Said::No(refusal) => Err(refusal.rejected()),
        }
    }

    async fn look_up(
        &self,
        call: &Call<'_>,
        about: &SoughtRefund<'_>,
    ) -> Result<Found<RefundReport>, CallFailure> {
        let client = Client::new(&self.out, call);
        if let Some(reference) = about.reference {
            let said = client.get(&path_of("refunds", reference)?, &Form::new()).await?;
            return Ok(match there(said)? {
                Some(refund) => Found::There(of_refund(&refund)),
                None => Found::NotThere,
            });
        }
        let ours = about.refund_id.to_string();
        let query = || Form::new().with(named(about.payment_reference), about.payment_reference);
        let is_ours = |refund: Refund| match entry(&refund.metadata, "refund_id") == Some(&ours) {
            true => Step::Found(refund),
            false => Step::On,
        };
        Ok(match client.search("/v1/refunds", query, is_ours).await? {
            Searched::Found(refund) => Found::There(of_refund(&refund)),
            Searched::Nothing => Found::NotThere,
            Searched::TooLong => Found::CannotTell,
        })
    }

    async fn all_of(
        &self,
        call: &Call<'_>,
        payment_reference: &str,
    ) -> Result<Vec<RefundReport>, CallFailure> {
        let client = Client::new(&self.out, call);
        let query = || Form::new().with(named(payment_reference), payment_reference);
        let mut all = Vec::new();
        let each = |refund: Refund| -> Step<()> {
            all.push(of_refund(&refund));
            Step::On
        };
        client.search("/v1/refunds", query, each).await?;
        Ok(all)
    }
}

/// Payments of other systems are sometimes known by their charge.
fn named(reference: &str) -> &'static str {
    if reference.starts_with("ch_") || reference.starts_with("py_") {
        "charge"
    } else {
        "payment_intent"
    }
}

/// What Stripe says of a refund. One that went out may come back as failed.
pub(super) fn of_refund(refund: &Refund) -> RefundReport {
    let stage = match refund.status.as_deref() {
        Some("succeeded") => RefundStageThere::Sent,
        Some("failed") => RefundStageThere::Failed {
            why: Why::new(
                word(refund.failure_reason.as_deref().unwrap_or("failed")),
                "the refund could not be sent; the money is back at Stripe",
            ),
        },
        Some("canceled") => RefundStageThere::Failed {
            why: Why::new("canceled", "the refund was cancelled at Stripe"),
        },
        // `pending`, `requires_action`, and what Stripe may add.
        _ => RefundStageThere::UnderWay { look_again: LOOK_AGAIN },
    };
    RefundReport {
        reference: refund.id.clone(),
        ours: entry(&refund.metadata, "refund_id").and_then(|ours| ours.parse().ok()),
        amount: money::money(refund.amount, &refund.currency),
        stage,
    }
}
