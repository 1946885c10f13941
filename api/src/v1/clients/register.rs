//! `POST /clients`.

use axum::extract::State;
use billfold_app::commands::clients::{RegisterClient, RegisterClientOfReseller};
use billfold_domain::kernel::{Country, Currency};
use billfold_projections::Scope;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::answer::{Answer, Changed};
use crate::auth::{ClientsWrite, Scoped};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey};
use crate::state::ApiState;
use crate::wire::WireContact;

/// Registers a client.
///
/// The contact is sealed before it is stored. One client per seller has an e-mail address. A client
/// whom a reseller registers is theirs.
#[utoipa::path(
    post, path = "", tag = "clients", request_body = NewClient,
    responses((status = 201, body = Changed)),
)]
pub(super) async fn register_client(
    State(state): State<ApiState>,
    Scoped(caller, scope, _): Scoped<ClientsWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewClient>,
) -> Result<Answer<Changed>, Problem> {
    let register = new.read()?;
    let done = match scope {
        Scope::ClientsOf(reseller) => {
            let theirs = RegisterClientOfReseller { register, reseller };
            state.command(&caller, &key, theirs).await?
        }
        _ => state.command(&caller, &key, register).await?,
    };
    let id = done.answer.client_id;
    Ok(Answer::plain(&done, id, id.uuid()).made_at(format!("/api/v1/clients/{id}")))
}

/// A client to be registered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewClient {
    /// Who it is and where to reach them.
    contact: WireContact,
    /// Decides taxes; the address's country if absent. ISO 3166, two capitals.
    #[schema(example = "GB", pattern = "^[A-Z]{2}$")]
    country: Option<String>,
    /// What the client is billed in; the seller's currency if absent. ISO 4217.
    #[schema(example = "EUR", pattern = "^[A-Z]{3}$")]
    currency: Option<String>,
}

impl NewClient {
    fn read(self) -> Result<RegisterClient, Problem> {
        let mut check = Check::default();
        let contact = self.contact.read(&mut check, "/contact");
        let country = check.optional("/country", self.country.as_deref(), Country::parse);
        let currency = check.optional("/currency", self.currency.as_deref(), Currency::parse);
        match (contact, country, currency) {
            (Some(contact), Some(country), Some(currency)) => {
                Ok(RegisterClient { client_id: None, contact, country, currency, origin: None })
            }
            _ => Err(check.problem()),
        }
    }
}
