//! What may happen to a subscription.

use axum::extract::State;
use billfold_app::commands::subscriptions::{
    AdjustSubscriptionLine, CancelSubscription, ChangeSubscription, PauseSubscription,
    ResumeSubscription, SetSubscriptionAnchor, SubscriptionActed, WithdrawCancellation,
    WithdrawSubscriptionChange,
};
use billfold_app::commands::{Done, UseCase};
use billfold_domain::kernel::{ProductId, SubscriptionId};
use billfold_domain::subscription::{CancelAt, ChangePolicy};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::offer::{WireBilling, WireOffer, quantity};
use crate::answer::{Answer, Stamp};
use crate::auth::{Caller, SubscriptionsWrite, Within};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::{WireAnchor, WireMoney, WireTax};

/// Goes over to another plan, price or quantity.
///
/// What was billed and not used goes back, and the new terms are charged from that day on.
#[utoipa::path(
    post, path = "/{id}/change", tag = "subscriptions", request_body = NewTerms,
    params(("id" = String, Path, example = "sub_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = SubscriptionChanged)),
)]
pub(super) async fn change_subscription(
    State(state): State<ApiState>,
    Within(caller, id, _): Within<SubscriptionsWrite, SubscriptionId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewTerms>,
) -> Result<Answer<SubscriptionChanged>, Problem> {
    let command = new.read(id)?;
    act(&state, &caller, &key, seen, command).await
}

/// Ends a service for now; what was billed and not used goes back.
#[utoipa::path(
    post, path = "/{id}/pause", tag = "subscriptions", request_body = OnDay,
    params(("id" = String, Path, example = "sub_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = SubscriptionChanged)),
)]
pub(super) async fn pause_subscription(
    State(state): State<ApiState>,
    Within(caller, subscription_id, _): Within<SubscriptionsWrite, SubscriptionId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(day): Body<OnDay>,
) -> Result<Answer<SubscriptionChanged>, Problem> {
    let command = PauseSubscription { subscription_id, on: day.read()? };
    act(&state, &caller, &key, seen, command).await
}

/// Begins a paused or ended service again, on the terms it had.
#[utoipa::path(
    post, path = "/{id}/resume", tag = "subscriptions", request_body = OnDay,
    params(("id" = String, Path, example = "sub_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = SubscriptionChanged)),
)]
pub(super) async fn resume_subscription(
    State(state): State<ApiState>,
    Within(caller, subscription_id, _): Within<SubscriptionsWrite, SubscriptionId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(day): Body<OnDay>,
) -> Result<Answer<SubscriptionChanged>, Problem> {
    let command = ResumeSubscription { subscription_id, on: day.read()? };
    act(&state, &caller, &key, seen, command).await
}

/// Ends a service: at once, when what is billed has run out, or on a day.
#[utoipa::path(
    post, path = "/{id}/cancel", tag = "subscriptions", request_body = NewEnd,
    params(("id" = String, Path, example = "sub_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = SubscriptionChanged)),
)]
pub(super) async fn cancel_subscription(
    State(state): State<ApiState>,
    Within(caller, subscription_id, _): Within<SubscriptionsWrite, SubscriptionId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewEnd>,
) -> Result<Answer<SubscriptionChanged>, Problem> {
    let mut check = Check::default();
    let at = new.at.read(&mut check, "/at");
    let on = check.optional_date("/on", new.on);
    let (Some(at), Some(on)) = (at, on) else { return Err(check.problem()) };
    let command = CancelSubscription { subscription_id, at, on };
    act(&state, &caller, &key, seen, command).await
}

/// Takes back a change of terms that has not come yet.
#[utoipa::path(
    post, path = "/{id}/withdraw-change", tag = "subscriptions", request_body = OnDay,
    params(("id" = String, Path, example = "sub_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = SubscriptionChanged)),
)]
pub(super) async fn withdraw_subscription_change(
    State(state): State<ApiState>,
    Within(caller, subscription_id, _): Within<SubscriptionsWrite, SubscriptionId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(day): Body<OnDay>,
) -> Result<Answer<SubscriptionChanged>, Problem> {
    let command = WithdrawSubscriptionChange { subscription_id, on: day.read()? };
    act(&state, &caller, &key, seen, command).await
}

/// Takes back an end that has not come yet.
#[utoipa::path(
    post, path = "/{id}/withdraw-cancellation", tag = "subscriptions", request_body = OnDay,
    params(("id" = String, Path, example = "sub_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = SubscriptionChanged)),
)]
pub(super) async fn withdraw_cancellation(
    State(state): State<ApiState>,
    Within(caller, subscription_id, _): Within<SubscriptionsWrite, SubscriptionId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(day): Body<OnDay>,
) -> Result<Answer<SubscriptionChanged>, Problem> {
    let command = WithdrawCancellation { subscription_id, on: day.read()? };
    act(&state, &caller, &key, seen, command).await
}

/// Moves the billing day for what is not billed yet; billed periods stay.
#[utoipa::path(
    put, path = "/{id}/anchor", tag = "subscriptions", request_body = NewAnchor,
    params(("id" = String, Path, example = "sub_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = SubscriptionChanged)),
)]
pub(super) async fn set_subscription_anchor(
    State(state): State<ApiState>,
    Within(caller, subscription_id, _): Within<SubscriptionsWrite, SubscriptionId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewAnchor>,
) -> Result<Answer<SubscriptionChanged>, Problem> {
    let mut check = Check::default();
    let anchor = new.anchor.read(&mut check, "/anchor");
    let on = check.optional_date("/on", new.on);
    let (Some(anchor), Some(on)) = (anchor, on) else { return Err(check.problem()) };
    let command = SetSubscriptionAnchor { subscription_id, anchor, on };
    act(&state, &caller, &key, seen, command).await
}

/// Takes an amount off a billed line by a credit note.
#[utoipa::path(
    post, path = "/{id}/adjust", tag = "subscriptions", request_body = NewAdjustment,
    params(("id" = String, Path, example = "sub_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = SubscriptionChanged)),
)]
pub(super) async fn adjust_subscription_line(
    State(state): State<ApiState>,
    Within(caller, subscription_id, _): Within<SubscriptionsWrite, SubscriptionId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewAdjustment>,
) -> Result<Answer<SubscriptionChanged>, Problem> {
    let mut check = Check::default();
    let from = check.date("/from", new.from);
    let amount = new.amount.read(&mut check, "/amount");
    let reason = check.text("/reason", &new.reason, 500);
    let (Some(from), Some(amount), Some(reason)) = (from, amount, reason) else {
        return Err(check.problem());
    };
    let command = AdjustSubscriptionLine { subscription_id, from, amount, reason };
    act(&state, &caller, &key, seen, command).await
}

async fn act<U: UseCase<Answer = SubscriptionActed>>(
    state: &ApiState,
    caller: &Caller,
    key: &IdempotencyKey,
    seen: i64,
    command: U,
) -> Result<Answer<SubscriptionChanged>, Problem> {
    let done: Done<SubscriptionActed> = state.change(caller, key, seen, command).await?;
    let id = done.answer.subscription_id;
    let body = SubscriptionChanged {
        id: id.to_string(),
        billing: done.answer.billing.as_ref().map(WireBilling::from),
        stamp: Stamp::of(&done, id.uuid()),
    };
    Ok(Answer::of(&done, id.uuid(), body))
}

/// Other terms.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTerms {
    /// What is subscribed to from then on.
    #[schema(example = "prd_01kchkq7w7fc9r6a8b9c0d1e2f")]
    product_id: String,
    /// At which price.
    offer: WireOffer,
    /// How many, up to six decimals; as many as it was if absent.
    #[schema(example = "2", max_length = 24)]
    quantity: Option<String>,
    /// How it is taxed; as it was if absent.
    tax: Option<WireTax>,
    /// What boundaries hold on to; as it was if absent.
    anchor: Option<WireAnchor>,
    /// The day it counts for; today at the client's place if absent.
    on: Option<NaiveDate>,
    /// What becomes of the period under way.
    #[serde(default)]
    policy: WireChangePolicy,
}

/// On which day.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OnDay {
    /// The day it counts for; today at the client's place if absent.
    on: Option<NaiveDate>,
}

/// What a change of terms makes of the period under way.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ChangePolicy)]
pub(super) enum WireChangePolicy {
    /// What was not used goes back and the rest is billed on the new terms, at once.
    #[default]
    ProrateNow,
    /// The same, on the document of the next boundary.
    ProrateNext,
    /// What was not used goes back, and a whole period on the new terms begins.
    FullNow,
    /// The new terms begin when the period under way has run out.
    AtPeriodEnd,
    /// The new terms hold at once, and their price from the next period on.
    NoProration,
}

impl From<WireChangePolicy> for ChangePolicy {
    fn from(policy: WireChangePolicy) -> Self {
        match policy {
            WireChangePolicy::ProrateNow => Self::ProrateNow,
            WireChangePolicy::ProrateNext => Self::ProrateNext,
            WireChangePolicy::FullNow => Self::FullNow,
            WireChangePolicy::AtPeriodEnd => Self::AtPeriodEnd,
            WireChangePolicy::NoProration => Self::NoProration,
        }
    }
}

/// When a service ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = CancelAt, example = json!({"kind": "end_of_term"}))]
pub(super) enum WireCancelAt {
    /// On the day it is asked for; what is billed and not used goes back.
    Immediate {},
    /// When what is billed has run out.
    EndOfTerm {},
    /// On a day to come.
    Date {
        /// The day.
        date: NaiveDate,
    },
}

/// An end of the service.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewEnd {
    /// When it ends.
    at: WireCancelAt,
    /// The day it counts for; today at the client's place if absent.
    on: Option<NaiveDate>,
}

/// Where boundaries lie from then on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAnchor {
    /// What they hold on to.
    anchor: WireAnchor,
    /// The day it counts for; today at the client's place if absent.
    on: Option<NaiveDate>,
}

/// An amount to be taken off a billed line.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLineAdjustment)]
pub(super) struct NewAdjustment {
    /// The first day of the line's period.
    from: NaiveDate,
    /// How much without tax; at most what is left of the line.
    amount: WireMoney,
    /// Why; stands on the credit note.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// It happened.
#[derive(Serialize, ToSchema)]
pub(super) struct SubscriptionChanged {
    /// Which subscription.
    #[schema(example = "sub_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// What was billed or given back with it.
    billing: Option<WireBilling>,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}

impl NewTerms {
    /// The change of a subscription.
    pub(super) fn read(&self, id: SubscriptionId) -> Result<ChangeSubscription, Problem> {
        let mut check = Check::default();
        let product_id = check.id::<ProductId>("/product_id", &self.product_id);
        let offer = self.offer.read(&mut check, "/offer");
        let quantity = quantity(&mut check, "/quantity", self.quantity.as_deref());
        let tax = match &self.tax {
            None => Some(None),
            Some(tax) => tax.read(&mut check, "/tax").map(Some),
        };
        let anchor = WireAnchor::optional(self.anchor.as_ref(), &mut check, "/anchor");
        let on = check.optional_date("/on", self.on);
        match (product_id, offer, quantity, tax, anchor, on) {
            (Some(product_id), Some(offer), Some(quantity), Some(tax), Some(anchor), Some(on)) => {
                Ok(ChangeSubscription {
                    subscription_id: id,
                    product_id,
                    offer,
                    quantity,
                    tax,
                    anchor,
                    on,
                    policy: self.policy.into(),
                })
            }
            _ => Err(check.problem()),
        }
    }
}

impl OnDay {
    fn read(&self) -> Result<Option<NaiveDate>, Problem> {
        let mut check = Check::default();
        check.optional_date("/on", self.on).ok_or_else(|| check.problem())
    }
}

impl WireCancelAt {
    /// When, or what is wrong below `pointer`.
    pub(super) fn read(&self, check: &mut Check, pointer: &str) -> Option<CancelAt> {
        match self {
            Self::Immediate {} => Some(CancelAt::Immediate),
            Self::EndOfTerm {} => Some(CancelAt::EndOfTerm),
            Self::Date { date } => {
                check.date(&format!("{pointer}/date"), *date).map(CancelAt::Date)
            }
        }
    }
}
