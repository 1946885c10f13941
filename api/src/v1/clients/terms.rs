//! What a client pays: the facts that decide its taxes, and the group whose prices count.

use axum::Json;
use axum::extract::State;
use billfold_app::commands::client_groups::{AssignGroup, group_of_client};
use billfold_app::commands::clients::SetClientTaxFacts;
use billfold_domain::client::TaxFacts;
use billfold_domain::kernel::{ClientGroupId, ClientId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::read::must_exist;
use crate::answer::{Answer, Changed};
use crate::auth::{ClientsRead, ClientsWrite, May};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::WireVatCheck;

/// Says what is known about a client's taxes besides the address, for what is not issued yet.
#[utoipa::path(
    put, path = "/{id}/tax-facts", tag = "clients", request_body = ClientTaxFacts,
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn set_tax_facts(
    State(state): State<ApiState>,
    May(caller, _): May<ClientsWrite>,
    Ident(client_id): Ident<ClientId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<ClientTaxFacts>,
) -> Result<Answer<Changed>, Problem> {
    let tax = TaxFacts { region: new.region, vat_check: new.vat_check.map(Into::into) };
    tax.check().map_err(|invalid| {
        let mut check = Check::default();
        check.parts::<(), _>("", Err(invalid));
        check.problem()
    })?;
    let done = state.change(&caller, &key, seen, SetClientTaxFacts { client_id, tax }).await?;
    Ok(Answer::plain(&done, client_id, client_id.uuid()))
}

/// Reads the group that a client is in.
#[utoipa::path(
    get, path = "/{id}/group", tag = "clients",
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = GroupOfClient)),
)]
pub(super) async fn read_group(
    State(state): State<ApiState>,
    May(caller, _): May<ClientsRead>,
    Ident(client_id): Ident<ClientId>,
) -> Result<Json<GroupOfClient>, Problem> {
    must_exist(&state, caller.tenant, client_id).await?;
    let known = group_of_client(state.door(), caller.tenant, client_id).await?;
    let (client_group_id, group) = known.unzip();
    Ok(Json(GroupOfClient {
        client_group_id: client_group_id.map(|id| id.to_string()),
        code: group.map(|group| group.code),
    }))
}

/// Puts a client in a group, out of the one before; or in none.
///
/// What was sold already keeps its price.
#[utoipa::path(
    put, path = "/{id}/group", tag = "clients", request_body = NewGroupOfClient,
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn assign_group(
    State(state): State<ApiState>,
    May(caller, _): May<ClientsWrite>,
    Ident(client_id): Ident<ClientId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewGroupOfClient>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let group =
        check.optional_id::<ClientGroupId>("/client_group_id", new.client_group_id.as_deref());
    let client_group_id = group.ok_or_else(|| check.problem())?;
    let assign = AssignGroup { client_id, client_group_id };
    let done = state.change(&caller, &key, seen, assign).await?;
    Ok(Answer::plain(&done, client_id, client_id.uuid()))
}

/// What is known about a client's taxes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientTaxFacts {
    /// The state or territory whose taxes count, as tax rates name it.
    #[schema(example = "QC", max_length = 40)]
    region: Option<String>,
    /// What became of the check of the VAT number; a number that was not checked is taken as it
    /// was given.
    vat_check: Option<WireVatCheck>,
}

/// The group of a client.
#[derive(Serialize, ToSchema)]
pub(super) struct GroupOfClient {
    /// Which; none if absent.
    #[schema(example = "grp_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_group_id: Option<String>,
    /// Its unique name for machines.
    code: Option<String>,
}

/// A group for a client.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewGroupOfClient {
    /// Which; none if absent.
    #[schema(example = "grp_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_group_id: Option<String>,
}
