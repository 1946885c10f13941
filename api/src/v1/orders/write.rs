//! Placing and cancelling orders.

use axum::extract::State;
use billfold_app::commands::orders::{AskedAnswer, CancelOrder, OrderedItem, PlaceOrder};
use billfold_domain::kernel::{ClientId, Currency, OrderId, ProductId, Quantity, UnitPrice};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Changed, Stamp};
use crate::auth::{OrdersWrite, Scoped, Within, must_hold};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::{IfMatchHeader, Reason};
use crate::wire::{WireCycle, WireLineKind, WireMoney, WirePeriod};

/// Places an order at the prices of the day.
///
/// A setup fee of the price becomes an item of its own. A recurring product pays for its first
/// cycle, and its subscription begins when the order is accepted; with a period of its own it pays
/// for those days and does not go on.
#[utoipa::path(
    post, path = "", tag = "orders", request_body = NewOrder,
    responses((status = 201, body = OrderPlaced)),
)]
pub(super) async fn place_order(
    State(state): State<ApiState>,
    Scoped(caller, scope, _): Scoped<OrdersWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewOrder>,
) -> Result<Answer<OrderPlaced>, Problem> {
    let place = new.read()?;
    must_hold(&state, &caller, scope, place.client_id).await?;
    let done = state.command(&caller, &key, place).await?;
    let id = done.answer.order_id;
    let body = OrderPlaced {
        id: id.to_string(),
        total: done.answer.total.into(),
        stamp: Stamp::of(&done, id.uuid()),
    };
    Ok(Answer::of(&done, id.uuid(), body).made_at(format!("/api/v1/orders/{id}")))
}

/// Gives an order up that was not accepted yet.
#[utoipa::path(
    post, path = "/{id}/cancel", tag = "orders", request_body = Reason,
    params(("id" = String, Path, example = "ord_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn cancel_order(
    State(state): State<ApiState>,
    Within(caller, order_id, _): Within<OrdersWrite, OrderId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let cancel = CancelOrder { order_id, reason: reason.read()? };
    let done = state.change(&caller, &key, seen, cancel).await?;
    Ok(Answer::plain(&done, order_id, order_id.uuid()))
}

/// An order to be placed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOrder {
    /// Who orders.
    #[schema(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: String,
    /// Currency of all items; the client's if absent. ISO 4217.
    #[schema(example = "EUR", pattern = "^[A-Z]{3}$")]
    currency: Option<String>,
    /// What is ordered.
    #[schema(min_items = 1, max_items = 1000)]
    items: Vec<NewItem>,
}

/// An item: from the catalogue, or described in full with `kind`, `description` and `unit_price`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewItem {
    /// The product; its name and price are used where nothing else is given.
    #[schema(example = "prd_01kchkq7w7fc9r6a8b9c0d1e2f")]
    product_id: Option<String>,
    /// How often the product is charged; chooses the price. Once if absent.
    cycle: Option<WireCycle>,
    /// What it is; the product's kind if absent.
    kind: Option<WireLineKind>,
    /// What people read; the product's name if absent.
    #[schema(max_length = 500)]
    description: Option<String>,
    /// How many, up to six decimals; 1 if absent.
    #[schema(example = "1", max_length = 24)]
    quantity: Option<String>,
    /// Price of one without tax, up to twelve decimals, in the order's currency; the catalogue's if
    /// absent.
    unit_price: Option<WireMoney>,
    /// The days of service it pays for; then it does not go on.
    period: Option<WirePeriod>,
    /// What is answered to the questions of the product.
    #[serde(default)]
    #[schema(max_items = 50)]
    answers: Vec<NewAnswer>,
}

/// An answer to a question of a product.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAnswer {
    /// The option's key.
    #[schema(example = "location", max_length = 40)]
    option: String,
    /// A text, a number, the key of a choice, or `yes` or `no`.
    #[schema(example = "fra", min_length = 1, max_length = 500)]
    answer: String,
}

/// The order is placed.
#[derive(Serialize, ToSchema)]
pub(super) struct OrderPlaced {
    /// Its id.
    #[schema(example = "ord_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Sum of the items, without tax.
    total: WireMoney,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}

impl NewOrder {
    fn read(self) -> Result<PlaceOrder, Problem> {
        let mut check = Check::default();
        let client_id = check.id::<ClientId>("/client_id", &self.client_id);
        let currency = check.optional("/currency", self.currency.as_deref(), Currency::parse);
        // every item is read, so that every mistake is named
        let read = |(at, item): (usize, &NewItem)| item.read(&mut check, &format!("/items/{at}"));
        let items: Vec<Option<OrderedItem>> = self.items.iter().enumerate().map(read).collect();
        let items: Option<Vec<OrderedItem>> = items.into_iter().collect();
        match (client_id, currency, items) {
            (Some(client_id), Some(currency), Some(items)) => {
                Ok(PlaceOrder { order_id: None, client_id, currency, items, origin: None })
            }
            _ => Err(check.problem()),
        }
    }
}

impl NewItem {
    fn read(&self, check: &mut Check, pointer: &str) -> Option<OrderedItem> {
        let at = |field: &str| format!("{pointer}/{field}");
        let product_id =
            check.optional_id::<ProductId>(&at("product_id"), self.product_id.as_deref());
        let description = match self.description.as_deref() {
            None => Some(None),
            Some(text) => check.text(&at("description"), text, 500).map(Some),
        };
        let quantity = self.quantity.as_deref().map_or(Some(Quantity::ONE), |text| {
            check.number(&at("quantity"), text, 24, str::parse::<Quantity>)
        });
        let unit_price = match &self.unit_price {
            None => Some(None),
            Some(price) => unit_price(price, check, &at("unit_price")).map(Some),
        };
        let period = match &self.period {
            None => Some(None),
            Some(period) => period.read(check, &at("period")).map(Some),
        };
        let answers = self.answers.iter().enumerate().map(|(no, answer)| {
            let at = |field: &str| at(&format!("answers/{no}/{field}"));
            let option = check.text(&at("option"), &answer.option, 40);
            let answer = check.text(&at("answer"), &answer.answer, 500);
            Some(AskedAnswer { option: option?, answer: answer? })
        });
        let answers: Vec<Option<AskedAnswer>> = answers.collect();
        Some(OrderedItem {
            product_id: product_id?,
            cycle: self.cycle.map(Into::into),
            kind: self.kind.map(Into::into),
            description: description?,
            quantity: quantity?,
            unit_price: unit_price?,
            period: period?,
            answers: answers.into_iter().collect::<Option<_>>()?,
        })
    }
}

/// A price of one piece may be finer than the minor unit, so that it is not read as money.
fn unit_price(wire: &WireMoney, check: &mut Check, pointer: &str) -> Option<UnitPrice> {
    let currency = Currency::parse(&wire.currency);
    let currency = check.value(&format!("{pointer}/currency"), currency)?;
    let parse = |text: &str| UnitPrice::parse(text, currency);
    check.number(&format!("{pointer}/amount"), &wire.amount, 24, parse)
}
