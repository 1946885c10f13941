//! Beginning a subscription.

use axum::extract::State;
use billfold_app::commands::subscriptions::Subscribe;
use billfold_domain::kernel::{ClientId, ProductId, Quantity};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::offer::{WireBilling, WireOffer, quantity};
use crate::answer::{Answer, Stamp};
use crate::auth::{Scoped, SubscriptionsWrite, must_hold};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey};
use crate::state::ApiState;
use crate::wire::{WireAnchor, WireRateClass, WireTax, asked_tax};

/// Begins a subscription and bills what is due with it.
#[utoipa::path(
    post, path = "", tag = "subscriptions", request_body = NewSubscription,
    responses((status = 201, body = SubscriptionBegun)),
)]
pub(super) async fn subscribe(
    State(state): State<ApiState>,
    Scoped(caller, scope, _): Scoped<SubscriptionsWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewSubscription>,
) -> Result<Answer<SubscriptionBegun>, Problem> {
    let begin = new.read()?;
    must_hold(&state, &caller, scope, begin.client_id).await?;
    let done = state.command(&caller, &key, begin).await?;
    let id = done.answer.subscription_id;
    let body = SubscriptionBegun {
        id: id.to_string(),
        billing: done.answer.billing.as_ref().map(WireBilling::from),
        stamp: Stamp::of(&done, id.uuid()),
    };
    Ok(Answer::of(&done, id.uuid(), body).made_at(format!("/api/v1/subscriptions/{id}")))
}

/// A subscription to be begun.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSubscription {
    /// Who pays.
    #[schema(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: String,
    /// What is subscribed to.
    #[schema(example = "prd_01kchkq7w7fc9r6a8b9c0d1e2f")]
    product_id: String,
    /// At which price.
    offer: WireOffer,
    /// How many, up to six decimals; 1 if absent.
    #[schema(example = "1", max_length = 24)]
    quantity: Option<String>,
    /// How it is taxed; by the seller's rates for `tax_class` if absent.
    tax: Option<WireTax>,
    /// The class whose rates decide at the client's place for each document; instead of `tax`.
    tax_class: Option<WireRateClass>,
    /// What boundaries hold on to; the plan's, the client's or the first day if absent.
    anchor: Option<WireAnchor>,
    /// The first day without service, if it is known.
    ends: Option<NaiveDate>,
    /// The first day of service; today at the client's place if absent.
    on: Option<NaiveDate>,
}

/// The subscription began.
#[derive(Serialize, ToSchema)]
pub(super) struct SubscriptionBegun {
    /// Its id.
    #[schema(example = "sub_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// What was billed with it.
    billing: Option<WireBilling>,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}

impl NewSubscription {
    fn read(self) -> Result<Subscribe, Problem> {
        let mut check = Check::default();
        let client_id = check.id::<ClientId>("/client_id", &self.client_id);
        let product_id = check.id::<ProductId>("/product_id", &self.product_id);
        let offer = self.offer.read(&mut check, "/offer");
        let quantity = quantity(&mut check, "/quantity", self.quantity.as_deref());
        let tax = asked_tax(self.tax.as_ref(), self.tax_class, &mut check, "");
        if tax == Some(None) {
            check.wrong("/tax", "field.missing", "say the tax, or the class in tax_class");
        }
        let anchor = WireAnchor::optional(self.anchor.as_ref(), &mut check, "/anchor");
        let ends = check.optional_date("/ends", self.ends);
        let on = check.optional_date("/on", self.on);
        match (client_id, product_id, offer, quantity, tax, anchor, ends, on) {
            (
                Some(client_id),
                Some(product_id),
                Some(offer),
                Some(quantity),
                Some(Some(tax)),
                Some(anchor),
                Some(ends),
                Some(on),
            ) => Ok(Subscribe {
                subscription_id: None,
                client_id,
                product_id,
                offer,
                quantity: quantity.unwrap_or(Quantity::ONE),
                tax,
                anchor,
                ends,
                on,
            }),
            _ => Err(check.problem()),
        }
    }
}
