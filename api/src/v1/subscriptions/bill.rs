//! Billing what is due of one client.

use axum::extract::State;
use billfold_app::commands::subscriptions::BillAccount;
use billfold_domain::kernel::{ClientId, Currency, SubscriptionId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::offer::WireBilling;
use crate::answer::{Answer, Stamp};
use crate::auth::{Scoped, SubscriptionsWrite, must_hold};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey};
use crate::state::ApiState;

/// Bills what is due of subscriptions of one client on one document.
///
/// Asking again bills nothing twice: what is documented is never planned again.
#[utoipa::path(
    post, path = "/bill", tag = "subscriptions", request_body = WhatIsDue,
    responses((status = 200, body = AccountBilled)),
)]
pub(super) async fn bill_account(
    State(state): State<ApiState>,
    Scoped(caller, scope, _): Scoped<SubscriptionsWrite>,
    key: IdempotencyKey,
    Body(ask): Body<WhatIsDue>,
) -> Result<Answer<AccountBilled>, Problem> {
    let command = ask.read()?;
    must_hold(&state, &caller, scope, command.client_id).await?;
    for subscription in &command.subscriptions {
        must_hold(&state, &caller, scope, *subscription).await?;
    }
    let client = command.client_id.uuid();
    let done = state.command(&caller, &key, command).await?;
    let body = AccountBilled {
        billing: done.answer.billing.as_ref().map(WireBilling::from),
        stamp: Stamp::of(&done, client),
    };
    Ok(Answer::of(&done, client, body))
}

/// Whose subscriptions are billed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WhatIsDue {
    /// The client.
    #[schema(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: String,
    /// In which currency the subscriptions are; ISO 4217.
    #[schema(example = "EUR", pattern = "^[A-Z]{3}$")]
    currency: String,
    /// Which subscriptions.
    #[schema(min_items = 1, max_items = 500)]
    subscriptions: Vec<String>,
    /// The last day of what is due; today at the client's place if absent.
    through: Option<NaiveDate>,
}

/// What was due is billed.
#[derive(Serialize, ToSchema)]
pub(super) struct AccountBilled {
    /// What it came to; null if nothing was due.
    billing: Option<WireBilling>,
    /// Version of the client and position.
    #[serde(flatten)]
    stamp: Stamp,
}

impl WhatIsDue {
    fn read(&self) -> Result<BillAccount, Problem> {
        let mut check = Check::default();
        let client_id = check.id::<ClientId>("/client_id", &self.client_id);
        let currency = check.value("/currency", Currency::parse(&self.currency));
        if self.subscriptions.is_empty() || self.subscriptions.len() > 500 {
            check.wrong("/subscriptions", "subscriptions.count", "give 1 to 500");
        }
        let read = |(at, id): (usize, &String)| {
            check.id::<SubscriptionId>(&format!("/subscriptions/{at}"), id)
        };
        let subscriptions: Vec<_> =
            self.subscriptions.iter().enumerate().filter_map(read).collect();
        let through = check.optional_date("/through", self.through);
        let (Some(client_id), Some(currency), Some(through)) = (client_id, currency, through)
        else {
            return Err(check.problem());
        };
        check.finish()?;
        Ok(BillAccount { client_id, currency, subscriptions, through })
    }
}
