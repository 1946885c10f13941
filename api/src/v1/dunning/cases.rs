//! Cases: dunning for one invoice.

use axum::Json;
use axum::extract::State;
use billfold_app::commands::UseCase;
use billfold_app::commands::dunning::{
    AdvanceDunning, HoldDunning, OpenDunningCase, PromiseToPay, ReleaseDunning, StopDunning,
};
use billfold_domain::dunning::{DunningCase, OpenedCase, PauseReason, StopReason};
use billfold_domain::kernel::{ClientId, DunningCaseId, InvoiceId};
use billfold_projections::Projection;
use billfold_projections::dunning_case_list::{self, CaseRow, CaseStatus, DunningCaseList};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::runs::WireAdvanced;
use super::terms::{WireAction, WireTerms};
use crate::answer::{Answer, Changed, Stamp, Versioned};
use crate::auth::{Caller, InvoicesRead, InvoicesWrite, May};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch, ListOf};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::{Page, Paging, sort};

/// Lists dunning cases, the latest first.
#[utoipa::path(
    get, path = "", tag = "dunning", params(ListDunningCases, Paging),
    responses((status = 200, body = Page<WireCase>)),
)]
pub(super) async fn list_dunning_cases(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesRead>,
    ListOf(query, part): ListOf<ListDunningCases>,
) -> Result<Json<Page<WireCase>>, Problem> {
    let wanted = part.wanted()?;
    let filter = query.read()?;
    state.reach(DunningCaseList::NAME, part.min_position).await?;
    let (reads, order) = (state.reads(), CaseSort::order(query.sort));
    let page = dunning_case_list::page(reads, caller.tenant, &filter, order, &wanted).await?;
    Ok(Json(Page::of(page, WireCase::from)))
}

/// Reads one dunning case.
///
/// The answer is the present state, whatever the read side has reached.
#[utoipa::path(
    get, path = "/{id}", tag = "dunning",
    params(("id" = String, Path, example = "dun_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = CaseDetail)),
)]
pub(super) async fn read_dunning_case(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesRead>,
    Ident(id): Ident<DunningCaseId>,
) -> Result<Versioned<CaseDetail>, Problem> {
    let (case, version) = state.door().load::<DunningCase>(caller.tenant, id.uuid()).await?;
    let body = CaseDetail::of(id, &case).ok_or_else(Problem::not_found)?;
    Ok(Versioned { body, version })
}

/// Begins dunning for an invoice that is owed; a run does so for those that are late.
#[utoipa::path(
    post, path = "", tag = "dunning", request_body = NewCase,
    responses((status = 201, body = Changed)),
)]
pub(super) async fn open_dunning_case(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewCase>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let invoice_id = check.id::<InvoiceId>("/invoice_id", &new.invoice_id);
    let invoice_id = invoice_id.ok_or_else(|| check.problem())?;
    let done = state.command(&caller, &key, OpenDunningCase { invoice_id }).await?;
    let id = done.answer.case_id;
    Ok(Answer::plain(&done, id, id.uuid()).made_at(format!("/api/v1/dunning-cases/{id}")))
}

/// Does what the case wants today, without waiting for the next run.
#[utoipa::path(
    post, path = "/{id}/advance", tag = "dunning",
    params(("id" = String, Path, example = "dun_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = CaseAdvancedBody)),
)]
pub(super) async fn advance_dunning_case(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesWrite>,
    Ident(id): Ident<DunningCaseId>,
    key: IdempotencyKey,
) -> Result<Answer<CaseAdvancedBody>, Problem> {
    let (case, _) = state.door().load::<DunningCase>(caller.tenant, id.uuid()).await?;
    let opened = case.opened().ok_or_else(Problem::not_found)?;
    let (client_id, invoice_id) = (opened.client_id, Some(opened.invoice_id));
    let advance = AdvanceDunning { client_id, invoice_id, arrears: None };
    let done = state.command(&caller, &key, advance).await?;
    let body = CaseAdvancedBody {
        id: id.to_string(),
        happened: done.answer.cases.first().map(WireAdvanced::from),
        stamp: Stamp::of(&done, id.uuid()),
    };
    Ok(Answer::of(&done, id.uuid(), body))
}

/// Notes that the client promised to pay: nothing happens until the day is over.
#[utoipa::path(
    post, path = "/{id}/promise", tag = "dunning", request_body = NewPromise,
    params(("id" = String, Path, example = "dun_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn promise_to_pay(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesWrite>,
    Ident(case_id): Ident<DunningCaseId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewPromise>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let pay_by = check.date("/pay_by", new.pay_by).ok_or_else(|| check.problem())?;
    act(&state, &caller, &key, seen, (case_id, PromiseToPay { case_id, pay_by })).await
}

/// Lets a case rest until it is released or the invoice is paid.
#[utoipa::path(
    post, path = "/{id}/hold", tag = "dunning",
    params(("id" = String, Path, example = "dun_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn hold_dunning_case(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesWrite>,
    Ident(case_id): Ident<DunningCaseId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    act(&state, &caller, &key, seen, (case_id, HoldDunning { case_id })).await
}

/// Lets a case go on that was held or promised.
#[utoipa::path(
    post, path = "/{id}/release", tag = "dunning",
    params(("id" = String, Path, example = "dun_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn release_dunning_case(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesWrite>,
    Ident(case_id): Ident<DunningCaseId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    act(&state, &caller, &key, seen, (case_id, ReleaseDunning { case_id })).await
}

/// Ends dunning for an invoice for good, whatever is owed; what was suspended is lifted.
#[utoipa::path(
    post, path = "/{id}/stop", tag = "dunning", request_body = StopCase,
    params(("id" = String, Path, example = "dun_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn stop_dunning_case(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesWrite>,
    Ident(case_id): Ident<DunningCaseId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(stop): Body<StopCase>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let reason = check.text("/reason", &stop.reason, 500).ok_or_else(|| check.problem())?;
    act(&state, &caller, &key, seen, (case_id, StopDunning { case_id, reason })).await
}

async fn act<U: UseCase<Answer = ()>>(
    state: &ApiState,
    caller: &Caller,
    key: &IdempotencyKey,
    seen: i64,
    (id, command): (DunningCaseId, U),
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(caller, key, seen, command).await?;
    Ok(Answer::plain(&done, id, id.uuid()))
}

sort!(CaseSort, "opened_on", "-opened_on");

/// Which cases are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListDunningCases {
    /// How they stand.
    status: Option<WireCaseStatus>,
    /// Who owes.
    #[param(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: Option<String>,
    /// Which invoice.
    #[param(example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")]
    invoice_id: Option<String>,
    /// Only those whose next stage may be taken on this day or before.
    next_by: Option<NaiveDate>,
    /// Order of the list; `-` in front means latest first, which is usual.
    #[param(inline)]
    sort: Option<CaseSort>,
}

impl ListDunningCases {
    fn read(&self) -> Result<dunning_case_list::Filter, Problem> {
        let mut check = Check::query();
        let client = check.optional_id::<ClientId>("/client_id", self.client_id.as_deref());
        let invoice = check.optional_id::<InvoiceId>("/invoice_id", self.invoice_id.as_deref());
        let next_by = check.optional_date("/next_by", self.next_by);
        let status = self.status.map(CaseStatus::from).into_iter().collect();
        match (client, invoice, next_by) {
            (Some(client), Some(invoice), Some(next_by)) => {
                Ok(dunning_case_list::Filter { status, client, invoice, next_by })
            }
            _ => Err(check.problem()),
        }
    }
}

/// An invoice to be dunned.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDunningCase)]
pub(super) struct NewCase {
    /// The invoice.
    #[schema(example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")]
    invoice_id: String,
}

/// A promise to pay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPromise {
    /// The last day of the promise.
    pay_by: NaiveDate,
}

/// Why dunning ends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StopDunningCase)]
pub(super) struct StopCase {
    /// Why; no personal data.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// How a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DunningCaseStatus)]
pub(super) enum WireCaseStatus {
    /// Goes on.
    Open,
    /// Waits for a promise to pay.
    Promised,
    /// Rests while a dispute is open.
    Disputed,
    /// Rests until somebody releases it.
    Held,
    /// Is over.
    Stopped,
}

impl From<WireCaseStatus> for CaseStatus {
    fn from(status: WireCaseStatus) -> Self {
        match status {
            WireCaseStatus::Open => Self::Open,
            WireCaseStatus::Promised => Self::Promised,
            WireCaseStatus::Disputed => Self::Disputed,
            WireCaseStatus::Held => Self::Held,
            WireCaseStatus::Stopped => Self::Stopped,
        }
    }
}

impl From<CaseStatus> for WireCaseStatus {
    fn from(status: CaseStatus) -> Self {
        match status {
            CaseStatus::Open => Self::Open,
            CaseStatus::Promised => Self::Promised,
            CaseStatus::Disputed => Self::Disputed,
            CaseStatus::Held => Self::Held,
            CaseStatus::Stopped => Self::Stopped,
        }
    }
}

/// A case in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = DunningCase)]
pub(super) struct WireCase {
    /// Its id.
    #[schema(example = "dun_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Which invoice.
    invoice_id: String,
    /// Who owes.
    client_id: String,
    /// How it stands.
    status: WireCaseStatus,
    /// The seller's own strategy; null for a built-in one that nobody chose.
    strategy_id: Option<String>,
    /// The day it began.
    opened_on: NaiveDate,
    /// The name of the last stage taken.
    stage: Option<String>,
    /// The first day of the next stage, as far as days alone say.
    next_stage_on: Option<NaiveDate>,
    /// The day it ended.
    stopped_on: Option<NaiveDate>,
    /// Why it ended: `paid`, `voided`, `written_off`, `terminated` or `by_hand`.
    stop_reason: Option<String>,
}

impl From<CaseRow> for WireCase {
    fn from(row: CaseRow) -> Self {
        Self {
            id: row.case_id.to_string(),
            invoice_id: row.invoice_id.to_string(),
            client_id: row.client_id.to_string(),
            status: row.status.into(),
            strategy_id: row.strategy_id.map(|id| id.to_string()),
            opened_on: row.opened_on,
            stage: row.stage,
            next_stage_on: row.next_stage_on,
            stopped_on: row.stopped_on,
            stop_reason: row.stop_reason,
        }
    }
}

/// One case.
#[derive(Serialize, ToSchema)]
#[schema(as = DunningCaseDetail)]
pub(super) struct CaseDetail {
    /// Its id.
    #[schema(example = "dun_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Which invoice.
    invoice_id: String,
    /// Who owes.
    client_id: String,
    /// How it stands.
    status: WireCaseStatus,
    /// Stages taken, in order.
    taken: Vec<WireTaken>,
    /// The stage that comes next; null after the last one.
    next: Option<WireNextStage>,
    /// The last day of a promise to pay.
    promised_until: Option<NaiveDate>,
    /// When another try of a declined payment was asked for last.
    retried_on: Option<NaiveDate>,
    /// When another way to pay was asked for last.
    method_asked_on: Option<NaiveDate>,
    /// What the strategy says that the case keeps to.
    terms: WireTerms,
}

/// A stage that was taken.
#[derive(Serialize, ToSchema)]
#[schema(as = DunningStageTaken)]
struct WireTaken {
    /// Its number, from 1.
    no: u32,
    /// Its name.
    name: Option<String>,
    /// What it did.
    action: WireAction,
    /// The day.
    on: NaiveDate,
}

/// A stage that comes next.
#[derive(Serialize, ToSchema)]
#[schema(as = DunningNextStage)]
struct WireNextStage {
    /// Its number, from 1.
    no: u32,
    /// Its name.
    name: String,
    /// What it will do.
    action: WireAction,
    /// The first day it may be taken, as far as days alone say.
    on: Option<NaiveDate>,
}

impl CaseDetail {
    fn of(id: DunningCaseId, state: &DunningCase) -> Option<Self> {
        let case = state.opened()?;
        let status = status_of(state, case);
        let goes_on = status != WireCaseStatus::Stopped;
        let taken = case.progress.taken.iter().map(|taken| WireTaken {
            no: taken.no,
            name: case.strategy.stage(taken.no).map(|stage| stage.name.clone()),
            action: taken.action.into(),
            on: taken.on,
        });
        let next = case.next_stage().filter(|_| goes_on);
        let next = next.map(|(no, stage)| WireNextStage {
            no,
            name: stage.name.clone(),
            action: stage.action.into(),
            on: case.next_stage_on(),
        });
        Some(Self {
            id: id.to_string(),
            invoice_id: case.invoice_id.to_string(),
            client_id: case.client_id.to_string(),
            status,
            taken: taken.collect(),
            next,
            promised_until: case.progress.promised_until,
            retried_on: case.progress.retried_on,
            method_asked_on: case.progress.method_asked_on,
            terms: WireTerms::from(&case.strategy),
        })
    }
}

fn status_of(state: &DunningCase, case: &OpenedCase) -> WireCaseStatus {
    match (state, case.paused, case.progress.promised_until) {
        (DunningCase::Absent | DunningCase::Stopped { .. }, ..) => WireCaseStatus::Stopped,
        (_, Some(PauseReason::Disputed), _) => WireCaseStatus::Disputed,
        (_, Some(PauseReason::Held), _) => WireCaseStatus::Held,
        (_, None, Some(_)) => WireCaseStatus::Promised,
        (_, None, None) => WireCaseStatus::Open,
    }
}

/// What a look at a case did.
#[derive(Serialize, ToSchema)]
#[schema(as = DunningCaseAdvanced)]
pub(super) struct CaseAdvancedBody {
    /// The case.
    #[schema(example = "dun_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// What happened; null if nothing was wanted today.
    happened: Option<WireAdvanced>,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}

/// The word for why a case ended.
pub(super) fn word_of(reason: &StopReason) -> &'static str {
    match reason {
        StopReason::Paid => "paid",
        StopReason::Voided => "voided",
        StopReason::WrittenOff => "written_off",
        StopReason::Terminated => "terminated",
        StopReason::ByHand { .. } => "by_hand",
    }
}
