//! Which reseller looks after a client (RBA-11). Not open to resellers themselves.

use axum::extract::State;
use billfold_app::commands::clients::{EntrustClient, WithdrawClient};
use billfold_domain::kernel::{ClientId, StaffId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::answer::{Answer, Changed};
use crate::auth::{ClientsWrite, May};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;

/// Gives a client to a reseller.
///
/// The reseller sees the client and everything that belongs to them; whoever had the client before
/// sees nothing of it any more.
#[utoipa::path(
    put, path = "/{id}/reseller", tag = "clients", request_body = ResellerOfClient,
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn entrust_client(
    State(state): State<ApiState>,
    May(caller, _): May<ClientsWrite>,
    Ident(client_id): Ident<ClientId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(asked): Body<ResellerOfClient>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let reseller = check.id::<StaffId>("/reseller_id", &asked.reseller_id);
    let reseller = reseller.ok_or_else(|| check.problem())?;
    let done = state.change(&caller, &key, seen, EntrustClient { client_id, reseller }).await?;
    Ok(Answer::plain(&done, client_id, client_id.uuid()))
}

/// Takes a client from the reseller who looks after them.
#[utoipa::path(
    delete, path = "/{id}/reseller", tag = "clients",
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn withdraw_client(
    State(state): State<ApiState>,
    May(caller, _): May<ClientsWrite>,
    Ident(client_id): Ident<ClientId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, WithdrawClient { client_id }).await?;
    Ok(Answer::plain(&done, client_id, client_id.uuid()))
}

/// Who looks after a client.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResellerOfClient {
    /// The member of staff.
    #[schema(example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f")]
    reseller_id: String,
}
