//! What a second person says.

use axum::extract::State;
use billfold_app::commands::approvals::{DeclineApproval, GrantApproval, WithdrawApproval};
use billfold_domain::approval::{ApprovalOutcome, Approver};
use billfold_domain::kernel::ApprovalId;
use serde::Serialize;
use utoipa::ToSchema;

use super::Involved;
use crate::answer::{Answer, Changed, Stamp};
use crate::auth::{ApprovalsDecide, Caller, May, refused};
use crate::problem::Problem;
use crate::receive::{Body, IdempotencyKey, Ident, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::{IfMatchHeader, Reason};

/// Says yes, and has it done at once.
///
/// It is decided anew, on what is true now, and is at most as much as was asked for. If a rule says
/// no by then, the answer says so, and the approval stays as failed. Nobody grants what they asked
/// for themselves or by a key that they made, and nobody grants what they may not do.
#[utoipa::path(
    post, path = "/{id}/grant", tag = "approvals", request_body = Reason,
    params(("id" = String, Path, example = "apr_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Granted)),
)]
pub(super) async fn grant_approval(
    State(state): State<ApiState>,
    May(caller, _): May<ApprovalsDecide>,
    Ident(approval_id): Ident<ApprovalId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Granted>, Problem> {
    let (reason, approver) = (reason.read()?, approver(&state, &caller).await?);
    let grant = GrantApproval { approval_id, reason, approver };
    let done = state.change(&caller, &key, seen, grant).await?;
    let refused = done.answer.refused.clone();
    let outcome = match done.answer.outcome {
        ApprovalOutcome::CarriedOut => "carried_out",
        _ => "failed",
    };
    let body = Granted {
        id: approval_id.to_string(),
        outcome: outcome.to_owned(),
        failure_code: refused.as_ref().map(|no| no.code.clone()),
        failure: refused.map(|no| no.detail),
        stamp: Stamp::of(&done, approval_id.uuid()),
    };
    Ok(Answer::of(&done, approval_id.uuid(), body))
}

/// Says no; nothing of it is done.
#[utoipa::path(
    post, path = "/{id}/decline", tag = "approvals", request_body = Reason,
    params(("id" = String, Path, example = "apr_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn decline_approval(
    State(state): State<ApiState>,
    May(caller, _): May<ApprovalsDecide>,
    Ident(approval_id): Ident<ApprovalId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let (reason, approver) = (reason.read()?, approver(&state, &caller).await?);
    let decline = DeclineApproval { approval_id, reason, approver };
    let done = state.change(&caller, &key, seen, decline).await?;
    Ok(Answer::plain(&done, approval_id, approval_id.uuid()))
}

/// Takes back what one asked for.
#[utoipa::path(
    post, path = "/{id}/withdraw", tag = "approvals", request_body = Reason,
    params(("id" = String, Path, example = "apr_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn withdraw_approval(
    State(state): State<ApiState>,
    Involved(caller): Involved,
    Ident(approval_id): Ident<ApprovalId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let withdraw = WithdrawApproval { approval_id, reason: reason.read()? };
    let done = state.change(&caller, &key, seen, withdraw).await?;
    Ok(Answer::plain(&done, approval_id, approval_id.uuid()))
}

async fn approver(state: &ApiState, caller: &Caller) -> Result<Approver, Problem> {
    state.access().approver(&caller.identity).await.map_err(refused)
}

/// What a yes led to.
#[derive(Serialize, ToSchema)]
#[schema(as = GrantedApproval)]
pub(super) struct Granted {
    /// The approval.
    #[schema(example = "apr_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// `carried_out`, or `failed` if a rule said no by then.
    #[schema(pattern = "^(carried_out|failed)$", example = "carried_out")]
    outcome: String,
    /// The code of that rule.
    failure_code: Option<String>,
    /// What it said.
    failure: Option<String>,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}
