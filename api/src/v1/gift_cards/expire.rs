//! What is left on cards whose last day is over is given up.

use std::ops::ControlFlow;

use axum::Json;
use axum::extract::State;
use billfold_app::commands::gift_cards::ExpireGiftCard;
use billfold_app::expiry_run::{ExpiryRun, Report, run};
use billfold_domain::kernel::GiftCardId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Changed};
use crate::auth::{May, PaymentsWrite};
use crate::problem::Problem;
use crate::receive::{Body, IdempotencyKey, Ident, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::WireMoney;

/// Cards that a request has expire; `billfold expire` has any number.
const MOST: u64 = 1_000;

/// Gives up what is left on every gift card whose last day is over, at most 1,000 of them.
///
/// Asked again, it goes on with the rest, and does nothing once there is none.
#[utoipa::path(
    post, path = "/expire", tag = "gift cards", request_body = NewExpiryRun,
    responses((status = 200, body = WireReport)),
)]
pub(super) async fn expire_gift_cards(
    State(state): State<ApiState>,
    May(caller, _): May<PaymentsWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewExpiryRun>,
) -> Result<Json<WireReport>, Problem> {
    let ask = ExpiryRun {
        tenant: caller.tenant,
        actor: caller.actor.clone(),
        name: key.command_key(),
        rehearse: new.dry_run.unwrap_or(false),
    };
    let enough = |cards| match cards < MOST {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    };
    Ok(Json(run(state.door(), &ask, enough).await?.into()))
}

/// Gives up what is left on a gift card whose last day is over.
#[utoipa::path(
    post, path = "/{id}/expire", tag = "gift cards",
    params(("id" = String, Path, example = "gft_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn expire_gift_card(
    State(state): State<ApiState>,
    May(caller, _): May<PaymentsWrite>,
    Ident(gift_card_id): Ident<GiftCardId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, ExpireGiftCard { gift_card_id }).await?;
    Ok(Answer::plain(&done, gift_card_id, gift_card_id.uuid()))
}

/// How cards are to expire.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewExpiryRun {
    /// Only say what would be given up.
    dry_run: Option<bool>,
}

/// What expired, or would: `lapsed = expired + passed_over`.
#[derive(Serialize, ToSchema)]
#[schema(as = GiftCardsExpired)]
pub(super) struct WireReport {
    /// Active cards whose last day is over.
    lapsed: u64,
    /// Cards that expired.
    expired: u64,
    /// Cards that expired or were cancelled between the question and the answer.
    passed_over: u64,
    /// What was left on those that expired, one sum per currency.
    given_up: Vec<WireMoney>,
    /// The log position of the last event; reads take it as `min_position`. Null if nothing was
    /// done.
    position: Option<i64>,
    /// Whether nothing was done.
    dry_run: bool,
    /// Whether there may be more than this request looked at.
    more: bool,
}

impl From<Report> for WireReport {
    fn from(report: Report) -> Self {
        Self {
            lapsed: report.lapsed,
            expired: report.expired,
            passed_over: report.passed_over,
            given_up: report.given_up.into_values().map(WireMoney::from).collect(),
            position: report.position,
            dry_run: report.rehearsed,
            more: report.interrupted,
        }
    }
}
