//! Who brought a client (AFF-02).

use axum::Json;
use axum::extract::State;
use billfold_app::commands::affiliates::ReferClient;
use billfold_domain::kernel::ClientId;
use billfold_projections::Projection;
use billfold_projections::affiliate_list::{self, AffiliateList};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::read::must_exist;
use crate::answer::{Answer, Changed};
use crate::auth::{AffiliatesRead, AffiliatesWrite, May};
use crate::problem::Problem;
use crate::receive::{Body, Check, Filter, IdempotencyKey, Ident};
use crate::state::ApiState;
use crate::v1::parameters::Fresh;

/// Records that a client came by an affiliate's link, on the day the client came.
///
/// The first click recorded counts, within the window of the affiliate's terms. A client belongs to
/// one affiliate, and no affiliate brings itself.
#[utoipa::path(
    post, path = "/{id}/referral", tag = "affiliates", request_body = NewReferral,
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn refer_client(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesWrite>,
    Ident(client_id): Ident<ClientId>,
    key: IdempotencyKey,
    Body(new): Body<NewReferral>,
) -> Result<Answer<Changed>, Problem> {
    must_exist(&state, caller.tenant, client_id).await?;
    let mut check = Check::default();
    let code = check.text("/code", &new.code, 40);
    let clicked_on = check.optional_date("/clicked_on", new.clicked_on);
    let (Some(code), Some(clicked_on)) = (code, clicked_on) else { return Err(check.problem()) };
    let command = ReferClient { client_id, code, clicked_on };
    let done = state.command(&caller, &key, command).await?;
    let affiliate = done.answer.affiliate_id;
    Ok(Answer::plain(&done, affiliate, affiliate.uuid()))
}

/// Reads who brought a client; not found if nobody did.
#[utoipa::path(
    get, path = "/{id}/referral", tag = "affiliates",
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), Fresh),
    responses((status = 200, body = ReferredBy)),
)]
pub(super) async fn read_referral(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesRead>,
    Ident(client_id): Ident<ClientId>,
    Filter(fresh): Filter<Fresh>,
) -> Result<Json<ReferredBy>, Problem> {
    state.reach(AffiliateList::NAME, fresh.min_position).await?;
    let found = affiliate_list::referred_by(state.reads(), caller.tenant, client_id).await?;
    let found = found.value.ok_or_else(Problem::not_found)?;
    Ok(Json(ReferredBy {
        affiliate_id: found.affiliate.affiliate_id.to_string(),
        code: found.affiliate.code,
        clicked_on: found.referral.clicked_on,
        came_on: found.referral.came_on,
    }))
}

/// A client who came by a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewReferral {
    /// The code of the link.
    #[schema(example = "friend", pattern = "^[a-z0-9_-]{1,40}$", max_length = 40)]
    code: String,
    /// The day of the click; today at the seller's place if absent.
    clicked_on: Option<NaiveDate>,
}

/// Who brought a client.
#[derive(Serialize, ToSchema)]
pub(super) struct ReferredBy {
    /// The affiliate.
    #[schema(example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f")]
    affiliate_id: String,
    /// The code of its links.
    code: String,
    /// The day the client clicked the link.
    clicked_on: NaiveDate,
    /// The day the client came.
    came_on: NaiveDate,
}
