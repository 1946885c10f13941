//! What a billing run would bill, or the whole book would by a day.

use axum::Json;
use axum::extract::State;
use billfold_app::billing_run::{Bounds, Change, Quarantined, Report, Sums};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::read::WireSums;
use super::write::{MOST_QUARANTINED, amounts};
use crate::auth::{May, SubscriptionsRead};
use crate::problem::Problem;
use crate::receive::{Body, Check};
use crate::state::ApiState;
use crate::wire::WireMoney;

/// Accounts that a preview looks at unless told otherwise, and at most.
const ACCOUNTS: u64 = 10_000;
const MOST_ACCOUNTS: u64 = 100_000;
/// Quarantined accounts that are shown.
const SHOWN: usize = 100;

/// Says what a run would bill: totals, the largest documents, and who could not be billed.
///
/// With a later day it previews the whole book, such as to the end of a month. Nothing is stored.
#[utoipa::path(
    post, path = "/preview", tag = "billing runs", request_body = PreviewBillingRun,
    responses((status = 200, body = BillingRunPreview)),
)]
pub(super) async fn preview_billing_run(
    State(state): State<ApiState>,
    May(caller, _): May<SubscriptionsRead>,
    Body(asked): Body<PreviewBillingRun>,
) -> Result<Json<BillingRunPreview>, Problem> {
    let mut check = Check::default();
    let through = check.optional_date("/through", asked.through);
    let largest = amounts(&mut check, &asked.largest);
    let accounts = asked.accounts.unwrap_or(ACCOUNTS);
    if !(1..=MOST_ACCOUNTS).contains(&accounts) {
        check.wrong("/accounts", "accounts.out_of_range", "must be 1 to 100000");
    }
    let (Some(through), Some(largest)) = (through, largest) else { return Err(check.problem()) };
    check.finish()?;
    let through = match through {
        Some(day) => day,
        None => state.today(caller.tenant).await?,
    };
    let quarantined = usize::try_from(MOST_QUARANTINED).unwrap_or(usize::MAX);
    let bounds = Bounds { largest, quarantined, ..Bounds::default() };
    let report = state.runs().rehearse(caller.tenant, through, bounds, accounts).await?;
    Ok(Json(BillingRunPreview::of(through, report)))
}

/// What is asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PreviewBillingRun {
    /// The last day of what would be due; today at the seller's place if absent.
    through: Option<NaiveDate>,
    /// A document larger than this, with tax, would be quarantined; one amount per currency.
    #[serde(default)]
    #[schema(max_items = 200)]
    largest: Vec<WireMoney>,
    /// About how many accounts to look at; 10,000 if absent.
    #[schema(minimum = 1, maximum = 100_000)]
    accounts: Option<u64>,
}

/// What would be billed.
#[derive(Serialize, ToSchema)]
pub(super) struct BillingRunPreview {
    /// The last day of what would be due.
    through: NaiveDate,
    /// Accounts with something due.
    planned: u64,
    /// Accounts that would get a document.
    issued: u64,
    /// Accounts of which nothing is due after all.
    skipped: u64,
    /// Accounts that a rule would refuse.
    quarantined: usize,
    /// Whether that is everything; otherwise more accounts are due than were looked at.
    complete: bool,
    /// What the documents would come to.
    sums: Vec<WireSums>,
    /// The largest documents, largest first.
    largest: Vec<WireLargest>,
    /// The first hundred of those who could not be billed.
    refused: Vec<WireRefusedAccount>,
}

/// One document.
#[derive(Serialize, ToSchema)]
#[schema(as = LargestDocument)]
struct WireLargest {
    /// Whose.
    client_id: String,
    /// With tax; negative on a credit note.
    total: WireMoney,
}

/// An account that could not be billed.
#[derive(Serialize, ToSchema)]
#[schema(as = RefusedAccount)]
struct WireRefusedAccount {
    /// Whose.
    client_id: String,
    /// In which currency.
    currency: String,
    /// The rule that refuses.
    code: String,
    /// In words.
    detail: String,
}

impl BillingRunPreview {
    fn of(through: NaiveDate, report: Report) -> Self {
        let sums = |sums: &Sums| WireSums {
            invoices: i64::try_from(sums.invoices).unwrap_or(i64::MAX),
            invoiced: Some(sums.invoiced.into()),
            credit_notes: i64::try_from(sums.credit_notes).unwrap_or(i64::MAX),
            credited: Some(sums.credited.into()),
        };
        let largest = |change: &Change| WireLargest {
            client_id: change.client_id.to_string(),
            total: change.total.into(),
        };
        let refused = |account: &Quarantined| WireRefusedAccount {
            client_id: account.client_id.to_string(),
            currency: account.currency.code().to_string(),
            code: account.reason.code.clone(),
            detail: account.reason.detail.clone(),
        };
        Self {
            through,
            planned: report.planned,
            issued: report.issued,
            skipped: report.skipped,
            quarantined: report.quarantined.len(),
            complete: !report.interrupted,
            sums: report.sums.values().map(sums).collect(),
            largest: report.largest.iter().map(largest).collect(),
            refused: report.quarantined.iter().take(SHOWN).map(refused).collect(),
        }
    }
}
