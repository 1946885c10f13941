//! Reads of gift cards.

use axum::Json;
use axum::extract::State;
use billfold_app::commands::gift_cards::{GiftCardCode, find_by_code};
use billfold_domain::gift_card::{Card, CardRedemption, GiftCard, RedeemTo};
use billfold_domain::kernel::{GiftCardId, Money};
use billfold_projections::Projection;
use billfold_projections::gift_card_list::{
    self, Filter, GiftCardList, GiftCardRow, GiftCardStatus,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Versioned;
use crate::auth::{May, PaymentsRead};
use crate::problem::Problem;
use crate::receive::{Body, Check, Ident, ListOf};
use crate::state::ApiState;
use crate::wire::{Page, Paging, WireMoney, sort};

/// Lists gift cards, newest first.
#[utoipa::path(
    get, path = "", tag = "gift cards", params(ListGiftCards, Paging),
    responses((status = 200, body = Page<WireGiftCard>)),
)]
pub(super) async fn list_gift_cards(
    State(state): State<ApiState>,
    May(caller, _): May<PaymentsRead>,
    ListOf(query, part): ListOf<ListGiftCards>,
) -> Result<Json<Page<WireGiftCard>>, Problem> {
    let wanted = part.wanted()?;
    let filter = query.read()?;
    state.reach(GiftCardList::NAME, part.min_position).await?;
    let (reads, order) = (state.reads(), GiftCardSort::order(query.sort));
    let page = gift_card_list::page(reads, caller.tenant, &filter, order, &wanted).await?;
    Ok(Json(Page::of(page, WireGiftCard::from)))
}

/// Reads one gift card.
///
/// The answer is the present state, whatever the read side has reached.
#[utoipa::path(
    get, path = "/{id}", tag = "gift cards",
    params(("id" = String, Path, example = "gft_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = GiftCardDetail)),
)]
pub(super) async fn read_gift_card(
    State(state): State<ApiState>,
    May(caller, _): May<PaymentsRead>,
    Ident(id): Ident<GiftCardId>,
) -> Result<Versioned<GiftCardDetail>, Problem> {
    let (card, version) = state.door().load::<GiftCard>(caller.tenant, id.uuid()).await?;
    Ok(Versioned { body: GiftCardDetail::of(id, &card).ok_or_else(Problem::not_found)?, version })
}

/// Finds a gift card by its code, which never stands in an address.
#[utoipa::path(
    post, path = "/lookup", tag = "gift cards", request_body = CodeOfCard,
    responses((status = 200, body = GiftCardDetail)),
)]
pub(super) async fn look_up_gift_card(
    State(state): State<ApiState>,
    May(caller, _): May<PaymentsRead>,
    Body(asked): Body<CodeOfCard>,
) -> Result<Json<GiftCardDetail>, Problem> {
    let code = GiftCardCode::parse(&asked.code).map_err(billfold_app::Error::from)?;
    let (id, card) = find_by_code(state.door(), caller.tenant, &code).await?;
    Ok(Json(GiftCardDetail::of(id, &card).ok_or_else(Problem::not_found)?))
}

sort!(GiftCardSort, "issued_at", "-issued_at");

/// Which gift cards are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListGiftCards {
    /// Those that are `issued`, `active`, `expired` or `cancelled`.
    #[param(example = "active")]
    status: Option<String>,
    /// Order of the list; `-` in front means latest first, which is usual.
    #[param(inline)]
    sort: Option<GiftCardSort>,
}

impl ListGiftCards {
    fn read(&self) -> Result<Filter, Problem> {
        let Some(word) = self.status.as_deref() else { return Ok(Filter::default()) };
        let status = GiftCardStatus::parse(word);
        if status.is_none() {
            let mut check = Check::query();
            let detail = "use issued, active, expired or cancelled";
            check.wrong("/status", "gift_card.status_unknown", detail);
            return Err(check.problem());
        }
        Ok(Filter { status })
    }
}

/// The code of a card.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeOfCard {
    /// As it is printed; spaces, dashes and case do not count.
    #[schema(example = "7K3Q-9M2X-4TBD-W8HN", max_length = 40)]
    code: String,
}

/// A gift card.
#[derive(Serialize, ToSchema)]
#[schema(as = GiftCard)]
pub(super) struct WireGiftCard {
    /// Its id.
    #[schema(example = "gft_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// The last four characters of its code, if they were kept.
    #[schema(example = "W8HN")]
    ending: Option<String>,
    /// `issued`, `active`, `expired` or `cancelled`.
    #[schema(example = "active")]
    status: &'static str,
    /// What it was sold for.
    value: Option<WireMoney>,
    /// What is left on it.
    balance: Option<WireMoney>,
    /// The last day it can be redeemed.
    expires_on: Option<NaiveDate>,
}

impl From<GiftCardRow> for WireGiftCard {
    fn from(row: GiftCardRow) -> Self {
        let money = |minor| Money::try_new(minor, row.currency).ok().map(WireMoney::from);
        Self {
            id: row.gift_card_id.to_string(),
            ending: row.ending.clone(),
            status: row.status.as_str(),
            value: money(row.value),
            balance: money(row.balance),
            expires_on: row.expires_on,
        }
    }
}

/// A gift card, and what was spent of it.
#[derive(Serialize, ToSchema)]
pub(super) struct GiftCardDetail {
    /// The card.
    #[serde(flatten)]
    card: WireGiftCard,
    /// What was spent of it, oldest first.
    redemptions: Vec<GiftCardRedemption>,
}

/// What was spent of a gift card at once.
#[derive(Serialize, ToSchema)]
pub(super) struct GiftCardRedemption {
    /// Counts the redemptions of the card from 1.
    no: u32,
    /// Whose credit it became.
    #[schema(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: String,
    /// How much.
    amount: WireMoney,
    /// Whether it is back on the card.
    reversed: bool,
}

impl GiftCardDetail {
    fn of(id: GiftCardId, card: &GiftCard) -> Option<Self> {
        let status = match card {
            GiftCard::Absent => return None,
            GiftCard::Issued(_) => GiftCardStatus::Issued,
            GiftCard::Active(_) => GiftCardStatus::Active,
            GiftCard::Expired(_) => GiftCardStatus::Expired,
            GiftCard::Cancelled(_) => GiftCardStatus::Cancelled,
        };
        let Card { ending, value, balance, expires_on, redemptions, .. } = card.card()?;
        let card = WireGiftCard {
            id: id.to_string(),
            ending: ending.clone(),
            status: status.as_str(),
            value: Some((*value).into()),
            balance: Some((*balance).into()),
            expires_on: *expires_on,
        };
        let redemptions = redemptions.iter().map(GiftCardRedemption::from).collect();
        Some(Self { card, redemptions })
    }
}

impl From<&CardRedemption> for GiftCardRedemption {
    fn from(spent: &CardRedemption) -> Self {
        let (RedeemTo::CustomerCredit { client_id } | RedeemTo::Invoice { client_id, .. }) =
            spent.to;
        Self {
            no: spent.no,
            client_id: client_id.to_string(),
            amount: spent.amount.into(),
            reversed: spent.reversed,
        }
    }
}
