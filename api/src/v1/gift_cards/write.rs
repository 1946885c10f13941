//! Changes of gift cards.

use axum::extract::State;
use billfold_app::commands::gift_cards::{CancelGiftCard, SellGiftCard, code_of_sale};
use billfold_domain::kernel::{ClientId, GiftCardId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Changed, Stamp};
use crate::auth::{May, PaymentsWrite};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::WireMoney;

/// Sells a gift card.
///
/// Its code is in this answer and nowhere else; the same request with the same key tells it again.
#[utoipa::path(
    post, path = "", tag = "gift cards", request_body = NewGiftCard,
    responses((status = 201, body = GiftCardSold)),
)]
pub(super) async fn sell_gift_card(
    State(state): State<ApiState>,
    May(caller, _): May<PaymentsWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewGiftCard>,
) -> Result<Answer<GiftCardSold>, Problem> {
    let ask = caller.ask(&key, new.read()?);
    let (tenant, key) = (ask.tenant, ask.key.clone());
    let done = state.door().execute(ask).await?;
    let code = code_of_sale(state.door(), tenant, &key).await?;
    let id = done.answer.gift_card_id;
    let body = GiftCardSold {
        id: id.to_string(),
        code: code.printed(),
        ending: done.answer.ending.clone(),
        stamp: Stamp::of(&done, id.uuid()),
    };
    Ok(Answer::of(&done, id.uuid(), body).made_at(format!("/api/v1/gift-cards/{id}")))
}

/// Withdraws a gift card; what is left on it becomes credit of a client.
#[utoipa::path(
    post, path = "/{id}/cancel", tag = "gift cards", request_body = EndOfCard,
    params(("id" = String, Path, example = "gft_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn cancel_gift_card(
    State(state): State<ApiState>,
    May(caller, _): May<PaymentsWrite>,
    Ident(gift_card_id): Ident<GiftCardId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(body): Body<EndOfCard>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let client_id = check.id::<ClientId>("/client_id", &body.client_id);
    let reason = check.text("/reason", &body.reason, 500);
    let (Some(client_id), Some(reason)) = (client_id, reason) else {
        return Err(check.problem());
    };
    let command = CancelGiftCard { gift_card_id, client_id, reason };
    let done = state.change(&caller, &key, seen, command).await?;
    Ok(Answer::plain(&done, gift_card_id, gift_card_id.uuid()))
}

/// A gift card to be sold.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewGiftCard {
    /// What it is worth; more than nothing.
    value: WireMoney,
    /// The last day it can be redeemed; for ever if absent.
    expires_on: Option<NaiveDate>,
    /// How it was paid for: `manual_bank`, `manual_cash` or the key of a gateway.
    #[schema(example = "manual_bank", max_length = 40)]
    paid_by: String,
}

impl NewGiftCard {
    fn read(self) -> Result<SellGiftCard, Problem> {
        let mut check = Check::default();
        let value = self.value.read(&mut check, "/value");
        let expires_on = check.optional_date("/expires_on", self.expires_on);
        let paid_by = check.text("/paid_by", &self.paid_by, 40);
        match (value, expires_on, paid_by) {
            (Some(value), Some(expires_on), Some(paid_by)) => {
                Ok(SellGiftCard { value, expires_on, paid_by })
            }
            _ => Err(check.problem()),
        }
    }
}

/// A gift card was sold.
#[derive(Serialize, ToSchema)]
pub(super) struct GiftCardSold {
    /// Its id.
    #[schema(example = "gft_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Its code. Who has it has the money: it is kept nowhere and told only here.
    #[schema(example = "7K3Q-9M2X-4TBD-W8HN")]
    code: String,
    /// The last four characters of the code.
    #[schema(example = "W8HN")]
    ending: String,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}

/// Why a gift card is withdrawn, and whose what is left becomes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EndOfCard {
    /// Whose credit becomes what is left.
    #[schema(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: String,
    /// Why; no personal data.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}
