//! Reads of orders.

use axum::Json;
use axum::extract::State;
use billfold_domain::kernel::{ClientId, Money, OrderId};
use billfold_domain::order::{Order, OrderItem, PlacedOrder};
use billfold_projections::order_list::{self, OrderList, OrderRow, OrderStatus};
use billfold_projections::{Order as Direction, Projection};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Versioned;
use crate::auth::{May, OrdersRead};
use crate::problem::Problem;
use crate::receive::{Check, Ident, ListOf};
use crate::state::ApiState;
use crate::wire::{Page, Paging, WireLineKind, WireMoney, WirePeriod};

/// Lists orders by the day they were placed.
#[utoipa::path(
    get, path = "", tag = "orders", params(ListOrders, Paging),
    responses((status = 200, body = Page<WireOrder>)),
)]
pub(super) async fn list_orders(
    State(state): State<ApiState>,
    May(caller, _): May<OrdersRead>,
    ListOf(query, part): ListOf<ListOrders>,
) -> Result<Json<Page<WireOrder>>, Problem> {
    let wanted = part.wanted()?;
    let (filter, order) = query.read()?;
    state.reach(OrderList::NAME, part.min_position).await?;
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
    May(caller, _): May<OrdersRead>,
    Ident(id): Ident<OrderId>,
) -> Result<Versioned<OrderDetail>, Problem> {
    let (order, version) = state.door().load::<Order>(caller.tenant, id.uuid()).await?;
    let (status, invoice_id) = match &order {
        Order::Absent => return Err(Problem::not_found()),
        Order::Placed(_) => (WireOrderStatus::Placed, None),
        Order::Invoiced { invoice_id, .. } => (WireOrderStatus::Invoiced, Some(*invoice_id)),
        Order::Cancelled(_) => (WireOrderStatus::Cancelled, None),
    };
    let placed = order.placed().ok_or_else(Problem::not_found)?;
    let mut body = OrderDetail::of(id, status, placed);
    body.invoice_id = invoice_id.map(|invoice| invoice.to_string());
    body.version = version;
    Ok(Versioned { body, version })
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

/// The order of a list of orders.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
enum OrderSort {
    #[serde(rename = "placed_on")]
    Earliest,
    #[serde(rename = "-placed_on")]
    Latest,
}

impl ListOrders {
    fn read(&self) -> Result<(order_list::Filter, Direction), Problem> {
        let mut check = Check::query();
        let client = check.optional_id::<ClientId>("/client_id", self.client_id.as_deref());
        let from = check.optional_date("/from", self.from);
        let to = check.optional_date("/to", self.to);
        let (Some(client), Some(from), Some(to)) = (client, from, to) else {
            return Err(check.problem());
        };
        let direction = match self.sort {
            Some(OrderSort::Earliest) => Direction::Ascending,
            Some(OrderSort::Latest) | None => Direction::Descending,
        };
        let status = self.status.map(OrderStatus::from);
        Ok((order_list::Filter { client, status, from, to }, direction))
    }
}

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OrderStatus)]
pub(super) enum WireOrderStatus {
    /// Not billed yet.
    Placed,
    /// An invoice asks for the money.
    Invoiced,
    /// Given up.
    Cancelled,
}

impl From<WireOrderStatus> for OrderStatus {
    fn from(status: WireOrderStatus) -> Self {
        match status {
            WireOrderStatus::Placed => Self::Placed,
            WireOrderStatus::Invoiced => Self::Invoiced,
            WireOrderStatus::Cancelled => Self::Cancelled,
        }
    }
}

impl From<OrderStatus> for WireOrderStatus {
    fn from(status: OrderStatus) -> Self {
        match status {
            OrderStatus::Placed => Self::Placed,
            OrderStatus::Invoiced => Self::Invoiced,
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
}

impl OrderDetail {
    fn of(id: OrderId, status: WireOrderStatus, placed: &PlacedOrder) -> Self {
        Self {
            id: id.to_string(),
            client_id: placed.client_id.to_string(),
            status,
            placed_on: placed.placed_on,
            items: placed.items.iter().map(WireItem::from).collect(),
            total: placed.total.into(),
            invoice_id: None,
            version: 0,
        }
    }
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
        }
    }
}
