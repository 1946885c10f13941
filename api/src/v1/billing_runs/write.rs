//! Starting a billing run, and going on with one.

use axum::extract::State;
use billfold_app::commands::billing_runs::{ResumeBillingRun, StartBillingRun};
use billfold_domain::kernel::{BillingRunId, Money};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::answer::{Answer, Changed};
use crate::auth::{May, SubscriptionsWrite};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::WireMoney;

/// Quarantined accounts that a run bears unless told otherwise.
pub(super) const MOST_QUARANTINED: u32 = 1_000;

/// Bills everything that is due.
///
/// The run is conducted in the background; read it to see how far it is. Nothing is billed twice,
/// whoever else bills at the same time.
#[utoipa::path(
    post, path = "", tag = "billing runs", request_body = NewBillingRun,
    responses((status = 201, body = Changed)),
)]
pub(super) async fn start_billing_run(
    State(state): State<ApiState>,
    May(caller, _): May<SubscriptionsWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewBillingRun>,
) -> Result<Answer<Changed>, Problem> {
    let done = state.command(&caller, &key, new.read()?).await?;
    let id = done.answer.billing_run_id;
    state.runs().take_up(caller.tenant, id);
    Ok(Answer::plain(&done, id, id.uuid()).made_at(format!("/api/v1/billing-runs/{id}")))
}

/// Goes on with a run that was halted, or that a process which died left behind.
#[utoipa::path(
    post, path = "/{id}/resume", tag = "billing runs",
    params(("id" = String, Path, example = "brn_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn resume_billing_run(
    State(state): State<ApiState>,
    May(caller, _): May<SubscriptionsWrite>,
    Ident(billing_run_id): Ident<BillingRunId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let resume = ResumeBillingRun { billing_run_id };
    let done = state.change(&caller, &key, seen, resume).await?;
    state.runs().take_up(caller.tenant, billing_run_id);
    Ok(Answer::plain(&done, billing_run_id, billing_run_id.uuid()))
}

/// What is to be billed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBillingRun {
    /// The last day of what is due, at most 31 days ahead; today at the seller's place if absent.
    through: Option<NaiveDate>,
    /// A document larger than this, with tax, is quarantined; one amount per currency.
    #[serde(default)]
    #[schema(max_items = 200)]
    largest: Vec<WireMoney>,
    /// More quarantined accounts than this halt the run; 1,000 if absent.
    #[schema(maximum = 10_000)]
    most_quarantined: Option<u32>,
}

impl NewBillingRun {
    fn read(self) -> Result<StartBillingRun, Problem> {
        let mut check = Check::default();
        let through = check.optional_date("/through", self.through);
        let largest = amounts(&mut check, &self.largest);
        let most_quarantined = self.most_quarantined.unwrap_or(MOST_QUARANTINED);
        match (through, largest) {
            (Some(through), Some(largest)) => {
                Ok(StartBillingRun { billing_run_id: None, through, largest, most_quarantined })
            }
            _ => Err(check.problem()),
        }
    }
}

/// Every bound, or nothing if one is wrong.
pub(super) fn amounts(check: &mut Check, largest: &[WireMoney]) -> Option<Vec<Money>> {
    let read = |(at, amount): (usize, &WireMoney)| amount.read(check, &format!("/largest/{at}"));
    let read: Vec<Option<Money>> = largest.iter().enumerate().map(read).collect();
    read.into_iter().collect()
}
