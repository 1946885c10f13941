//! Reads of billing runs.

use axum::Json;
use axum::extract::State;
use billfold_domain::billing_run::BillingRun;
use billfold_domain::kernel::{BillingRunId, Money};
use billfold_projections::Projection;
use billfold_projections::billing_run_list::{
    self, BillingRunList, DocumentsRow, QuarantineRow, RunWithDocuments,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Versioned;
use crate::auth::{May, SubscriptionsRead};
use crate::problem::Problem;
use crate::receive::{Ident, ListOf};
use crate::state::ApiState;
use crate::wire::{Page, Paging, WireMoney};

/// Lists billing runs, latest first.
#[utoipa::path(
    get, path = "", tag = "billing runs", params(Paging),
    responses((status = 200, body = Page<WireBillingRun>)),
)]
pub(super) async fn list_billing_runs(
    State(state): State<ApiState>,
    May(caller, _): May<SubscriptionsRead>,
    ListOf(_none, part): ListOf<Unfiltered>,
) -> Result<Json<Page<WireBillingRun>>, Problem> {
    let wanted = part.wanted()?;
    state.reach(BillingRunList::NAME, part.min_position).await?;
    let page = billing_run_list::page(state.reads(), caller.tenant, &wanted).await?;
    Ok(Json(Page::of(page, WireBillingRun::from)))
}

/// Reads one billing run, with how far it is.
#[utoipa::path(
    get, path = "/{id}", tag = "billing runs",
    params(("id" = String, Path, example = "brn_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = WireBillingRun)),
)]
pub(super) async fn read_billing_run(
    State(state): State<ApiState>,
    May(caller, _): May<SubscriptionsRead>,
    Ident(id): Ident<BillingRunId>,
) -> Result<Versioned<WireBillingRun>, Problem> {
    let (tenant, uuid) = (caller.tenant, id.uuid());
    let (run, version) = state.door().load::<BillingRun>(tenant, uuid).await?;
    run.course().ok_or_else(Problem::not_found)?;
    // A run that was only just started is not in the list yet.
    let head = state.oversight().head().await?.position;
    state.reach(BillingRunList::NAME, Some(head)).await?;
    let found = billing_run_list::find(state.reads(), tenant, id).await?;
    let found = found.value.ok_or_else(Problem::not_found)?;
    Ok(Versioned { body: found.into(), version })
}

/// Lists the accounts that a run could not bill.
#[utoipa::path(
    get, path = "/{id}/quarantine", tag = "billing runs",
    params(("id" = String, Path, example = "brn_01kchkq7w7fc9r6a8b9c0d1e2f"), Paging),
    responses((status = 200, body = Page<WireQuarantined>)),
)]
pub(super) async fn list_quarantined(
    State(state): State<ApiState>,
    May(caller, _): May<SubscriptionsRead>,
    Ident(id): Ident<BillingRunId>,
    ListOf(_none, part): ListOf<Unfiltered>,
) -> Result<Json<Page<WireQuarantined>>, Problem> {
    let wanted = part.wanted()?;
    let (run, _) = state.door().load::<BillingRun>(caller.tenant, id.uuid()).await?;
    run.course().ok_or_else(Problem::not_found)?;
    state.reach(BillingRunList::NAME, part.min_position).await?;
    let page = billing_run_list::quarantine(state.reads(), caller.tenant, id, &wanted).await?;
    Ok(Json(Page::of(page, WireQuarantined::from)))
}

/// A list without conditions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unfiltered {}

/// A billing run. What it planned is what it issued, skipped and quarantined.
#[derive(Serialize, ToSchema)]
#[schema(as = BillingRun)]
pub(super) struct WireBillingRun {
    /// Its id; the correlation of everything it issued.
    #[schema(example = "brn_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// The last day of what is due.
    through: NaiveDate,
    /// `running`, `finished`, `stopped` or `too_many_quarantined`.
    #[schema(example = "finished")]
    status: &'static str,
    /// Accounts answered so far.
    planned: i64,
    /// Accounts that got a document.
    issued: i64,
    /// Accounts of which nothing was due after all; known when the run ends.
    skipped: i64,
    /// Accounts that a rule refused; known when the run ends.
    quarantined: i64,
    /// What its documents come to.
    sums: Vec<WireSums>,
    /// A larger document is quarantined.
    largest: Vec<WireMoney>,
    /// More quarantined accounts halt it.
    most_quarantined: i64,
    /// When it was started.
    started_at: DateTime<Utc>,
    /// When it came to its end or was halted.
    ended_at: Option<DateTime<Utc>>,
}

/// What documents of one currency come to, with tax.
#[derive(Serialize, ToSchema)]
#[schema(as = BillingRunSums)]
pub(super) struct WireSums {
    /// Number of invoices.
    pub(super) invoices: i64,
    /// Their totals.
    pub(super) invoiced: Option<WireMoney>,
    /// Number of credit notes.
    pub(super) credit_notes: i64,
    /// Their totals; positive.
    pub(super) credited: Option<WireMoney>,
}

/// An account that a run could not bill.
#[derive(Serialize, ToSchema)]
#[schema(as = QuarantinedAccount)]
pub(super) struct WireQuarantined {
    /// Whose.
    client_id: String,
    /// In which currency.
    #[schema(example = "EUR")]
    currency: String,
    /// The rule that refused.
    #[schema(example = "client.erased")]
    code: String,
    /// In words.
    detail: String,
}

impl From<RunWithDocuments> for WireBillingRun {
    fn from(found: RunWithDocuments) -> Self {
        let (planned, issued) = (found.planned(), found.issued());
        let RunWithDocuments { run, documents } = found;
        Self {
            id: run.billing_run_id.to_string(),
            through: run.through,
            status: run.status.as_str(),
            planned,
            issued,
            skipped: run.skipped,
            quarantined: run.quarantined,
            sums: documents.iter().map(WireSums::from).collect(),
            largest: run.largest.0.iter().copied().map(WireMoney::from).collect(),
            most_quarantined: run.most_quarantined,
            started_at: run.started_at,
            ended_at: run.ended_at,
        }
    }
}

impl From<&DocumentsRow> for WireSums {
    fn from(row: &DocumentsRow) -> Self {
        let money = |minor| Money::try_new(minor, row.currency).ok().map(WireMoney::from);
        Self {
            invoices: row.invoices,
            invoiced: money(row.invoiced),
            credit_notes: row.credit_notes,
            credited: money(row.credited),
        }
    }
}

impl From<QuarantineRow> for WireQuarantined {
    fn from(row: QuarantineRow) -> Self {
        Self {
            client_id: row.client_id.to_string(),
            currency: row.currency.code().to_string(),
            code: row.code,
            detail: row.detail,
        }
    }
}
