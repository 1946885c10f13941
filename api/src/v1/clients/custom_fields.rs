//! What a client answered to the seller's own questions.

use std::collections::BTreeMap;

use axum::extract::State;
use billfold_app::commands::clients::SetClientCustomFields;
use billfold_app::vault::field;
use billfold_domain::client::{Client, CustomValues};
use billfold_domain::kernel::ClientId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Changed, Versioned};
use crate::auth::{ClientsRead, ClientsWrite, Within};
use crate::problem::Problem;
use crate::receive::{Body, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;

/// Reads the values of the seller's own fields for a client.
#[utoipa::path(
    get, path = "/{id}/custom-fields", tag = "clients",
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = ClientCustomFields)),
)]
pub(super) async fn read_custom_fields(
    State(state): State<ApiState>,
    Within(caller, client_id, _): Within<ClientsRead, ClientId>,
) -> Result<Versioned<ClientCustomFields>, Problem> {
    let (client, version) = state.door().load::<Client>(caller.tenant, client_id.uuid()).await?;
    if client == Client::Absent {
        return Err(Problem::not_found());
    }
    let sealed = client.profile().and_then(|profile| profile.custom_fields.as_ref());
    let values = match sealed {
        None => None,
        Some(sealed) => {
            let vault = state.door().vault();
            let opened = vault.open(caller.tenant, field::CLIENT_CUSTOM_FIELDS, sealed).await;
            opened.map_err(billfold_app::Error::from)?.clear()
        }
    };
    let values = values.unwrap_or_default().0;
    Ok(Versioned { body: ClientCustomFields { values }, version })
}

/// Replaces the values of the seller's own fields for a client; they are sealed before they are
/// stored.
#[utoipa::path(
    put, path = "/{id}/custom-fields", tag = "clients", request_body = NewCustomValues,
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn set_client_custom_fields(
    State(state): State<ApiState>,
    Within(caller, client_id, _): Within<ClientsWrite, ClientId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewCustomValues>,
) -> Result<Answer<Changed>, Problem> {
    let values = CustomValues(new.values);
    let set = SetClientCustomFields { client_id, values };
    let done = state.change(&caller, &key, seen, set).await?;
    Ok(Answer::plain(&done, client_id, client_id.uuid()))
}

/// Values of the seller's own fields.
#[derive(Serialize, ToSchema)]
pub(super) struct ClientCustomFields {
    /// By the key of their field.
    #[schema(example = json!({ "account_manager": "Grace" }))]
    values: BTreeMap<String, String>,
}

/// Values that replace the present ones.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCustomValues {
    /// By the key of their field, as `/settings/custom-fields` lists them; what is absent is
    /// removed.
    #[schema(example = json!({ "account_manager": "Grace" }))]
    values: BTreeMap<String, String>,
}
