//! Reads of what needs a second person.

use axum::Json;
use axum::extract::State;
use billfold_domain::approval::{Approval, StatedDeed};
use billfold_domain::kernel::{ApprovalId, Money};
use billfold_projections::Projection as _;
use billfold_projections::approval_list::{
    self, ApprovalList, ApprovalRow, ApprovalStatus, Filter as Wanted,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Involved;
use crate::answer::Versioned;
use crate::problem::{FieldError, Problem};
use crate::receive::{Filter, Ident, ListOf};
use crate::state::ApiState;
use crate::v1::parameters::Fresh;
use crate::wire::{Page, Paging, WireMoney};

/// Lists what needs or needed a second person, the newest first.
#[utoipa::path(
    get, path = "", tag = "approvals", params(ApprovalFilter, Paging),
    responses((status = 200, body = Page<WireApproval>)),
)]
pub(super) async fn list_approvals(
    State(state): State<ApiState>,
    Involved(caller): Involved,
    ListOf(filter, part): ListOf<ApprovalFilter>,
) -> Result<Json<Page<WireApproval>>, Problem> {
    let (wanted, tenant) = (part.wanted()?, caller.tenant);
    let filter = Wanted { status: filter.read()?, ..Wanted::default() };
    state.reach(ApprovalList::NAME, part.min_position).await?;
    let now = state.door().now(tenant).await?;
    let page = approval_list::page(state.reads(), tenant, &filter, now, &wanted).await?;
    Ok(Json(Page::of(page, |row| WireApproval::of(row, now))))
}

/// Reads what needs or needed a second person, with everything it would do.
#[utoipa::path(
    get, path = "/{id}", tag = "approvals",
    params(("id" = String, Path, example = "apr_01kchkq7w7fc9r6a8b9c0d1e2f"), Fresh),
    responses((status = 200, body = ReadApproval)),
)]
pub(super) async fn read_approval(
    State(state): State<ApiState>,
    Involved(caller): Involved,
    Ident(id): Ident<ApprovalId>,
    Filter(fresh): Filter<Fresh>,
) -> Result<Versioned<ReadApproval>, Problem> {
    let tenant = caller.tenant;
    state.reach(ApprovalList::NAME, fresh.min_position).await?;
    let (approval, version) = state.door().load::<Approval>(tenant, id.uuid()).await?;
    let asked = approval.asked().ok_or_else(Problem::not_found)?;
    let row = approval_list::find(state.reads(), tenant, id).await?.value;
    let row = row.ok_or_else(Problem::not_found)?;
    let now = state.door().now(tenant).await?;
    let body = ReadApproval {
        approval: WireApproval::of(row, now),
        deeds: asked.deeds.iter().map(WireDeed::from).collect(),
        command: asked.command.clone(),
        command_hash: asked.command_hash.clone(),
        version,
    };
    Ok(Versioned { body, version })
}

/// Which approvals are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ApprovalFilter {
    /// How they stand.
    #[param(pattern = "^(waiting|carried_out|failed|declined|withdrawn|expired)$")]
    status: Option<String>,
}

impl ApprovalFilter {
    fn read(&self) -> Result<Option<ApprovalStatus>, Problem> {
        let Some(word) = self.status.as_deref() else { return Ok(None) };
        ApprovalStatus::parse(word).map(Some).ok_or_else(|| {
            let detail = "must be waiting, carried_out, failed, declined, withdrawn or expired";
            Problem::field(FieldError::query("status", "status.unknown", detail))
        })
    }
}

/// Something that needs a second person.
#[derive(Serialize, ToSchema)]
#[schema(as = Approval)]
pub(super) struct WireApproval {
    /// Its id.
    #[schema(example = "apr_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// `waiting`, `carried_out`, `failed` (granted, and refused by a rule by then), `declined`,
    /// `withdrawn` or `expired`.
    #[schema(pattern = "^(waiting|carried_out|failed|declined|withdrawn|expired)$")]
    status: String,
    /// What it is.
    #[schema(pattern = "^[a-z_]+$", example = "refund")]
    kind: String,
    /// How much.
    amount: WireMoney,
    /// What it is about.
    #[schema(example = "payment")]
    subject_type: String,
    /// Which, as a plain UUID.
    subject_id: uuid::Uuid,
    /// Who asked.
    #[schema(example = "staff:0199e0a4-9d5f-7c3e-8f1a-2b3c4d5e6f70")]
    asked_by: String,
    /// When.
    asked_at: DateTime<Utc>,
    /// Why.
    reason: Option<String>,
    /// Until when somebody may say yes.
    expires_at: DateTime<Utc>,
    /// Who decided, or took it back.
    decided_by: Option<String>,
    /// When.
    decided_at: Option<DateTime<Utc>>,
    /// Why.
    decision: Option<String>,
    /// The code of the rule that said no when it was to be done.
    failure_code: Option<String>,
    /// What it said.
    failure: Option<String>,
}

impl WireApproval {
    fn of(row: ApprovalRow, now: DateTime<Utc>) -> Self {
        let status = row.status_at(now).as_str().to_owned();
        let amount = Money::try_new(row.amount, row.currency);
        Self {
            id: row.approval_id.to_string(),
            status,
            kind: row.kind,
            amount: amount.unwrap_or_else(|_| Money::zero(row.currency)).into(),
            subject_type: row.subject_type,
            subject_id: row.subject_id,
            asked_by: row.asked_by,
            asked_at: row.asked_at,
            reason: row.reason,
            expires_at: row.expires_at,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
            decision: row.decision,
            failure_code: row.failure_code,
            failure: row.failure,
        }
    }
}

/// Something that needs a second person, with everything it would do.
#[derive(Serialize, ToSchema)]
pub(super) struct ReadApproval {
    #[serde(flatten)]
    approval: WireApproval,
    /// What the command would do, as it was decided when it was asked for.
    deeds: Vec<WireDeed>,
    /// The command, byte by byte as it will be run.
    command: String,
    /// SHA-256 over the use case and the command.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    command_hash: String,
    /// The version; send it as `If-Match` with a decision.
    #[schema(example = 1)]
    version: i64,
}

/// A part of what a command would do.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalDeed)]
pub(super) struct WireDeed {
    /// What it is.
    #[schema(pattern = "^[a-z_]+$", example = "refund")]
    kind: String,
    /// What it is about.
    #[schema(example = "payment")]
    subject_type: String,
    /// Which, as a plain UUID.
    subject_id: uuid::Uuid,
    /// How much.
    amount: WireMoney,
    /// What that comes to with what was done before.
    in_all: WireMoney,
}

impl From<&StatedDeed> for WireDeed {
    fn from(deed: &StatedDeed) -> Self {
        Self {
            kind: deed.kind.slug().to_owned(),
            subject_type: deed.stream.clone(),
            subject_id: deed.id,
            amount: deed.amount.into(),
            in_all: deed.in_all.into(),
        }
    }
}
