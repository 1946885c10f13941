//! How a client is billed: where its days begin, and what its billing periods hold on to.

use axum::extract::State;
use billfold_app::commands::clients::SetClientBilling;
use billfold_domain::client::BillingTerms;
use billfold_domain::kernel::{ClientId, Zone};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::answer::{Answer, Changed};
use crate::auth::{ClientsWrite, May};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::WireAnchor;

/// Says how a client is billed, for what is not billed yet.
#[utoipa::path(
    put, path = "/{id}/billing", tag = "clients", request_body = ClientBilling,
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn set_billing(
    State(state): State<ApiState>,
    May(caller, _): May<ClientsWrite>,
    Ident(client_id): Ident<ClientId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<ClientBilling>,
) -> Result<Answer<Changed>, Problem> {
    let billing = new.read()?;
    let command = SetClientBilling { client_id, billing };
    let done = state.change(&caller, &key, seen, command).await?;
    Ok(Answer::plain(&done, client_id, client_id.uuid()))
}

/// How a client is billed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientBilling {
    /// Name in the tz database; the seller's if absent.
    #[schema(example = "Europe/Berlin", max_length = 64)]
    time_zone: Option<String>,
    /// What periods hold on to, where neither subscription nor plan say it; the day each service
    /// begins if absent.
    anchor: Option<WireAnchor>,
}

impl ClientBilling {
    fn read(&self) -> Result<BillingTerms, Problem> {
        let mut check = Check::default();
        let zone = check.optional("/time_zone", self.time_zone.as_deref(), str::parse::<Zone>);
        let anchor = WireAnchor::optional(self.anchor.as_ref(), &mut check, "/anchor");
        match (zone, anchor) {
            (Some(zone), Some(anchor)) => Ok(BillingTerms { zone, anchor }),
            _ => Err(check.problem()),
        }
    }
}
