//! A gift card becomes credit of a client.

use axum::extract::State;
use billfold_app::commands::gift_cards::{GiftCardCode, RedeemGiftCard};
use billfold_domain::kernel::ClientId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Stamp};
use crate::auth::{PaymentsWrite, Within};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey};
use crate::state::ApiState;
use crate::wire::WireMoney;

/// Turns a gift card, or a part of it, into credit of a client.
#[utoipa::path(
    post, path = "/{id}/redeem-gift-card", tag = "clients", request_body = RedeemCard,
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = GiftCardRedeemed)),
)]
pub(super) async fn redeem_gift_card(
    State(state): State<ApiState>,
    Within(caller, client_id, _): Within<PaymentsWrite, ClientId>,
    key: IdempotencyKey,
    Body(asked): Body<RedeemCard>,
) -> Result<Answer<GiftCardRedeemed>, Problem> {
    let mut check = Check::default();
    let amount = match &asked.amount {
        None => Some(None),
        Some(amount) => amount.read(&mut check, "/amount").map(Some),
    };
    let Some(amount) = amount else { return Err(check.problem()) };
    let code = GiftCardCode::parse(&asked.code).map_err(billfold_app::Error::from)?;
    let done = state.command(&caller, &key, RedeemGiftCard { code, client_id, amount }).await?;
    let id = done.answer.gift_card_id;
    let body = GiftCardRedeemed {
        gift_card_id: id.to_string(),
        amount: done.answer.amount.into(),
        left: done.answer.left.into(),
        stamp: Stamp::of(&done, id.uuid()),
    };
    Ok(Answer::of(&done, id.uuid(), body))
}

/// A gift card to be redeemed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RedeemCard {
    /// Its code; spaces, dashes and case do not count.
    #[schema(example = "7K3Q-9M2X-4TBD-W8HN", max_length = 40)]
    code: String,
    /// How much; all that is left if absent.
    amount: Option<WireMoney>,
}

/// The card, or a part of it, is credit of the client now.
#[derive(Serialize, ToSchema)]
#[schema(as = GiftCardRedeemed)]
pub(super) struct GiftCardRedeemed {
    /// The card.
    #[schema(example = "gft_01kchkq7w7fc9r6a8b9c0d1e2f")]
    gift_card_id: String,
    /// How much became credit.
    amount: WireMoney,
    /// What is left on the card.
    left: WireMoney,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}
