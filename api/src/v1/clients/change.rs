//! Changes of a client: contact, suspension, erasure.

use axum::extract::State;
use billfold_app::commands::clients::{
    ActivateClient, ChangeClientContact, DeactivateClient, EraseClient, SuspendClient,
};
use billfold_domain::kernel::{ClientId, Country};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::answer::{Answer, Changed};
use crate::auth::{ClientsErase, ClientsWrite, Within};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::{IfMatchHeader, Reason};
use crate::wire::WireContact;

/// Why a client was deactivated of whom no reason is given.
const DELETED: &str = "deleted";

/// Replaces a client's contact details as a whole.
#[utoipa::path(
    put, path = "/{id}/contact", tag = "clients", request_body = NewContact,
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn change_contact(
    State(state): State<ApiState>,
    Within(caller, client_id, _): Within<ClientsWrite, ClientId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewContact>,
) -> Result<Answer<Changed>, Problem> {
    let change = new.read(client_id)?;
    let done = state.change(&caller, &key, seen, change).await?;
    Ok(Answer::plain(&done, client_id, client_id.uuid()))
}

/// Sells nothing new to a client.
#[utoipa::path(
    post, path = "/{id}/suspend", tag = "clients", request_body = Reason,
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn suspend_client(
    State(state): State<ApiState>,
    Within(caller, client_id, _): Within<ClientsWrite, ClientId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let suspend = SuspendClient { client_id, reason: reason.read()? };
    let done = state.change(&caller, &key, seen, suspend).await?;
    Ok(Answer::plain(&done, client_id, client_id.uuid()))
}

/// Deactivates a client who left: nothing new is sold, they sign in no longer, and everything that
/// was stays (CLI-09).
#[utoipa::path(
    delete, path = "/{id}", tag = "clients",
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn delete_client(
    State(state): State<ApiState>,
    Within(caller, client_id, _): Within<ClientsWrite, ClientId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let deactivate = DeactivateClient { client_id, reason: DELETED.to_owned() };
    let done = state.change(&caller, &key, seen, deactivate).await?;
    Ok(Answer::plain(&done, client_id, client_id.uuid()))
}

/// Says that a client left: nothing new is sold, they sign in no longer, and everything that was
/// stays.
#[utoipa::path(
    post, path = "/{id}/deactivate", tag = "clients", request_body = Reason,
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn deactivate_client(
    State(state): State<ApiState>,
    Within(caller, client_id, _): Within<ClientsWrite, ClientId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let deactivate = DeactivateClient { client_id, reason: reason.read()? };
    let done = state.change(&caller, &key, seen, deactivate).await?;
    Ok(Answer::plain(&done, client_id, client_id.uuid()))
}

/// Sells to a suspended or inactive client again.
#[utoipa::path(
    post, path = "/{id}/activate", tag = "clients",
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn activate_client(
    State(state): State<ApiState>,
    Within(caller, client_id, _): Within<ClientsWrite, ClientId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, ActivateClient { client_id }).await?;
    Ok(Answer::plain(&done, client_id, client_id.uuid()))
}

/// Forgets who a client is.
///
/// The keys to the contact details are destroyed; sums, documents and the hash chain stay as they
/// are. The buyer on issued documents stays readable until the law's retention ends.
#[utoipa::path(
    post, path = "/{id}/erase", tag = "clients", request_body = Reason,
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn erase_client(
    State(state): State<ApiState>,
    Within(caller, client_id, _): Within<ClientsErase, ClientId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let erase = EraseClient { client_id, reason: reason.read()? };
    let done = state.change(&caller, &key, seen, erase).await?;
    Ok(Answer::plain(&done, client_id, client_id.uuid()))
}

/// Contact details that replace the present ones.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewContact {
    /// All details; what is absent is removed.
    contact: WireContact,
    /// Decides taxes; the address's country if absent. ISO 3166, two capitals.
    #[schema(example = "GB", pattern = "^[A-Z]{2}$")]
    country: Option<String>,
}

impl NewContact {
    fn read(self, client_id: ClientId) -> Result<ChangeClientContact, Problem> {
        let mut check = Check::default();
        let contact = self.contact.read(&mut check, "/contact");
        let country = check.optional("/country", self.country.as_deref(), Country::parse);
        match (contact, country) {
            (Some(contact), Some(country)) => {
                Ok(ChangeClientContact { client_id, contact, country })
            }
            _ => Err(check.problem()),
        }
    }
}
