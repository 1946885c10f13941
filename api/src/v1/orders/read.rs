//! Reads of orders.

use axum::Json;
use axum::extract::State;
use billfold_app::vault::field;
use billfold_domain::kernel::{ClientId, Money, OrderId, Pii, TenantId};
use billfold_domain::order::{Answer, BegunSubscription, Given, Order, OrderItem, PlacedOrder};
use billfold_projections::order_list::{self, OrderList, OrderRow, OrderStatus};
use billfold_projections::{Order as Direction, Projection, Scope};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Versioned;
use crate::auth::{Clients, OrdersRead, Scoped, Within};
use crate::problem::Problem;
use crate::receive::{Check, ListOf};
use crate::state::ApiState;
use crate::wire::{Page, Paging, WireCycle, WireLineKind, WireMoney, WirePeriod, sort};

/// Lists orders by the day they were placed.
#[utoipa::path(
    get, path = "", tag = "orders", params(ListOrders, Paging),
    responses((status = 200, body = Page<WireOrder>)),
)]
pub(super) async fn list_orders(
    State(state): State<ApiState>,
    Scoped(caller, scope, _): Scoped<Clients<OrdersRead>>,
    ListOf(query, part): ListOf<ListOrders>,
) -> Result<Json<Page<WireOrder>>, Problem> {
    let wanted = part.wanted()?;
    let (filter, order) = query.read(scope)?;
    state.reach_within(scope, OrderList::NAME, part.min_position).await?;
    let page = order_list::page(state.reads(), caller.tenant, &filter, order, &wanted).await?;
    Ok(Json(Page::of(page, WireOrder::from)))
}

/// Reads one order.
///
/// The answer is the present state, whatever the read side has reached.
#[utoipa::path(
    get, path = "/{id}", tag = "orders",
    params(("id" = String, Path, example = "ord_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = OrderDetail)),
)]
pub(super) async fn read_order(
    State(state): State<ApiState>,
    Within(caller, id, _): Within<Clients<OrdersRead>, OrderId>,
) -> Result<Versioned<OrderDetail>, Problem> {
    let (order, version) = state.door().load::<Order>(caller.tenant, id.uuid()).await?;
    let status = match &order {
        Order::Absent => return Err(Problem::not_found()),
        Order::Placed(_) => WireOrderStatus::Placed,
        Order::Held(_) => WireOrderStatus::Held,
        Order::Accepted(_) => WireOrderStatus::Accepted,
        Order::Completed(_) => WireOrderStatus::Completed,
        Order::Cancelled(_) => WireOrderStatus::Cancelled,
    };
    let placed = order.placed().ok_or_else(Problem::not_found)?;
    let accepted = order.accepted();
    let begun = accepted.map_or(&[][..], |accepted| &accepted.subscriptions);
    let invoice_id = accepted.and_then(|accepted| accepted.invoice_id);
    let body = OrderDetail {
        id: id.to_string(),
        client_id: placed.client_id.to_string(),
        status,
        placed_on: placed.placed_on,
        items: items(&state, caller.tenant, placed, begun).await?,
        total: placed.total.into(),
        invoice_id: invoice_id.map(|invoice| invoice.to_string()),
        version,
    };
    Ok(Versioned { body, version })
}

/// The items with the texts that were answered, which are opened together.
async fn items(
    state: &ApiState,
    tenant: TenantId,
    placed: &PlacedOrder,
    begun: &[BegunSubscription],
) -> Result<Vec<WireItem>, Problem> {
    let answers = placed.items.iter().flat_map(|item| &item.answers);
    let sealed: Vec<&Pii<String>> = answers.filter_map(sealed).collect();
    let opened = state.door().vault().open_all(tenant, field::ORDER_ANSWER, &sealed).await;
    let opened = opened.map_err(billfold_app::Error::from)?;
    let mut texts = opened.into_iter().map(billfold_app::vault::Opened::clear);
    let mut items = Vec::with_capacity(placed.items.len());
    for (item, at) in placed.items.iter().zip(0_u32..) {
        let answer = |answer: &Answer| WireAnswer {
            option: answer.option.clone(),
            label: answer.label.clone(),
            answer: match &answer.given {
                Given::Text(_) => texts.next().flatten(),
                Given::Number(number) => Some(number.to_string()),
                Given::Choice { label, .. } => Some(label.clone()),
                Given::YesNo(true) => Some("yes".to_owned()),
                Given::YesNo(false) => Some("no".to_owned()),
            },
        };
        let answers = item.answers.iter().map(answer).collect();
        let subscription = begun.iter().find(|begun| begun.item == at);
        let subscription_id = subscription.map(|begun| begun.subscription_id.to_string());
        items.push(WireItem { answers, subscription_id, ..WireItem::from(item) });
    }
    Ok(items)
}

fn sealed(answer: &Answer) -> Option<&Pii<String>> {
    match &answer.given {
        Given::Text(sealed) => Some(sealed),
        Given::Number(_) | Given::Choice { .. } | Given::YesNo(_) => None,
    }
}

/// Which orders are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListOrders {
    /// Who ordered.
    #[param(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: Option<String>,
    /// What became of it.
    #[param(inline)]
    status: Option<WireOrderStatus>,
    /// First day.
    from: Option<NaiveDate>,
    /// Last day.
    to: Option<NaiveDate>,
    /// Order of the list; `-` in front means latest first, which is usual.
    #[param(inline)]
    sort: Option<OrderSort>,
}

sort!(OrderSort, "placed_on", "-placed_on");

impl ListOrders {
    fn read(&self, scope: Scope) -> Result<(order_list::Filter, Direction), Problem> {
        let mut check = Check::query();
        let client = check.optional_id::<ClientId>("/client_id", self.client_id.as_deref());
        let from = check.optional_date("/from", self.from);
        let to = check.optional_date("/to", self.to);
        let (Some(client), Some(from), Some(to)) = (client, from, to) else {
            return Err(check.problem());
        };
        let status = self.status.map(OrderStatus::from);
        Ok((order_list::Filter { scope, client, status, from, to }, OrderSort::order(self.sort)))
    }
}

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OrderStatus)]
pub(super) enum WireOrderStatus {
    /// Not accepted yet.
    Placed,
    /// Held back, because it may be fraud.
    Held,
    /// Its subscriptions began and its invoice asks for the money.
    Accepted,
    /// Delivered and paid.
    Completed,
    /// Given up.
    Cancelled,
}

impl From<WireOrderStatus> for OrderStatus {
    fn from(status: WireOrderStatus) -> Self {
        match status {
            WireOrderStatus::Placed => Self::Placed,
            WireOrderStatus::Held => Self::Held,
            WireOrderStatus::Accepted => Self::Accepted,
            WireOrderStatus::Completed => Self::Completed,
            WireOrderStatus::Cancelled => Self::Cancelled,
        }
    }
}

impl From<OrderStatus> for WireOrderStatus {
    fn from(status: OrderStatus) -> Self {
        match status {
            OrderStatus::Placed => Self::Placed,
            OrderStatus::Held => Self::Held,
            OrderStatus::Accepted => Self::Accepted,
            OrderStatus::Completed => Self::Completed,
            OrderStatus::Cancelled => Self::Cancelled,
        }
    }
}

/// An order in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = Order)]
pub(super) struct WireOrder {
    /// Its id.
    #[schema(example = "ord_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Who ordered.
    client_id: String,
    /// What became of it.
    status: WireOrderStatus,
    /// The day it was placed.
    placed_on: NaiveDate,
    /// Number of its items.
    items: i64,
    /// Sum of the items, without tax.
    total: Option<WireMoney>,
    /// The invoice that bills it.
    invoice_id: Option<String>,
}

impl From<OrderRow> for WireOrder {
    fn from(row: OrderRow) -> Self {
        Self {
            id: row.order_id.to_string(),
            client_id: row.client_id.to_string(),
            status: row.status.into(),
            placed_on: row.placed_on,
            items: row.items,
            total: Money::try_new(row.total, row.currency).ok().map(WireMoney::from),
            invoice_id: row.invoice_id.map(|invoice| invoice.to_string()),
        }
    }
}

/// One order.
#[derive(Serialize, ToSchema)]
pub(super) struct OrderDetail {
    /// Its id.
    #[schema(example = "ord_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Who ordered.
    client_id: String,
    /// What became of it.
    status: WireOrderStatus,
    /// The day it was placed.
    placed_on: NaiveDate,
    /// What was ordered.
    items: Vec<WireItem>,
    /// Sum of the items, without tax.
    total: WireMoney,
    /// The invoice that bills it.
    invoice_id: Option<String>,
    /// Its version, as in `ETag`.
    version: i64,
}

/// An item as it was ordered.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderItem)]
pub(super) struct WireItem {
    /// The product, if it is one of the catalogue.
    product_id: Option<String>,
    /// What it is.
    kind: WireLineKind,
    /// What people read.
    description: String,
    /// How many.
    quantity: String,
    /// Price of one without tax, in major units.
    unit_price: String,
    /// Quantity times unit price, rounded once.
    amount: WireMoney,
    /// The days of service it pays for, if it does.
    period: Option<WirePeriod>,
    /// How often it is charged, where it goes on.
    cycle: Option<WireCycle>,
    /// Days before anything is charged.
    trial_days: u32,
    /// What was answered to the questions of the product.
    answers: Vec<WireAnswer>,
    /// The subscription that began for it.
    subscription_id: Option<String>,
}

/// An answer as it was given.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderAnswer)]
pub(super) struct WireAnswer {
    /// The option's key.
    option: String,
    /// What was asked.
    label: String,
    /// What was given, a choice by its name for people; null once the client was erased.
    answer: Option<String>,
}

impl From<&OrderItem> for WireItem {
    fn from(item: &OrderItem) -> Self {
        Self {
            product_id: item.product_id.map(|id| id.to_string()),
            kind: item.kind.into(),
            description: item.description.clone(),
            quantity: item.quantity.to_string(),
            unit_price: item.unit_price.amount().to_string(),
            amount: item.amount.into(),
            period: item.period.map(WirePeriod::from),
            cycle: item.recurs.map(|recurs| recurs.cycle.into()),
            trial_days: item.recurs.map_or(0, |recurs| recurs.trial_days),
            answers: Vec::new(),
            subscription_id: None,
        }
    }
}
