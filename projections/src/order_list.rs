//! What was ordered, and what became of it?
//!
//! Guarantees: one row per order, by the day it was placed. Absent on purpose: items, which are
//! read from the order itself.

use billfold_domain::kernel::{ClientId, Currency, InvoiceId, OrderId, TenantId};
use billfold_domain::order::OrderEvent;
use billfold_domain::schema::Event;
use chrono::{DateTime, NaiveDate, Utc};

use crate::error::Error;
use crate::fact::Fact;
use crate::list::{Narrow, Order, Sorted, one, select};
use crate::paging::{Page, Wanted};
use crate::projection::{FoldError, Projection};
use crate::reader::{Answer, Reads};
use crate::row::cell::words;
use crate::row::row;
use crate::scope::Scope;
use crate::table::Replaced;

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OrderStatus {
    /// Nothing yet.
    Placed,
    /// It may be fraud; somebody has to look.
    Held,
    /// It comes about; its invoice says whether it is paid.
    Accepted,
    /// It was delivered and paid.
    Completed,
    /// It came to nothing.
    Cancelled,
}

words! {
    OrderStatus = "status of an order" {
        Placed => "placed",
        Held => "held",
        Accepted => "accepted",
        Completed => "completed",
        Cancelled => "cancelled",
    }
}

row! {
    /// One order.
    pub struct OrderRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The order.
            order_id: OrderId,
        }
        replaced {
            /// Who ordered.
            client_id: ClientId,
            /// What became of it.
            status: OrderStatus,
            /// The day of the order.
            placed_on: NaiveDate,
            /// Currency of the total.
            currency: Currency,
            /// Sum of the items, without tax, in minor units.
            total: i64,
            /// Number of items.
            items: i64,
            /// The invoice that asks for the money.
            invoice_id: Option<InvoiceId>,
            /// The system it was imported from.
            origin_source: Option<String>,
            /// Its id there.
            origin_id: Option<String>,
            /// When the log last heard of it.
            changed_at: DateTime<Utc>,
        }
    }
    index "(tenant_id, placed_on, order_id)";
    index "(tenant_id, client_id, placed_on, order_id)";
}

/// The projection.
#[derive(Debug)]
pub struct OrderList;

impl Projection for OrderList {
    const NAME: &'static str = "order_list";
    const VERSION: u32 = 1;
    const STREAMS: &'static [&'static str] = &["order"];
    type Rows = Replaced<OrderRow>;

    fn apply(rows: &mut Self::Rows, fact: &Fact<'_>) -> Result<(), FoldError> {
        let order_id = OrderId::new(fact.aggregate_id);
        let mut change = |change: &dyn Fn(&mut OrderRow)| {
            rows.change((fact.tenant(), order_id), fact.position, |row| {
                change(row);
                row.changed_at = fact.recorded_at;
                Ok(())
            })
        };
        match fact.event()? {
            Event::Order(OrderEvent::Placed {
                client_id,
                placed_on,
                currency,
                items,
                total,
                origin,
            }) => {
                rows.put(OrderRow {
                    tenant_id: fact.tenant(),
                    order_id,
                    client_id: *client_id,
                    status: OrderStatus::Placed,
                    placed_on: *placed_on,
                    currency: *currency,
                    total: total.minor(),
                    items: i64::try_from(items.len()).unwrap_or(i64::MAX),
                    invoice_id: None,
                    origin_source: origin.as_ref().map(|origin| origin.source.clone()),
                    origin_id: origin.as_ref().map(|origin| origin.id.clone()),
                    changed_at: fact.recorded_at,
                    last_position: fact.position,
                });
                Ok(())
            }
            Event::Order(OrderEvent::Held { .. }) => change(&|row| row.status = OrderStatus::Held),
            Event::Order(OrderEvent::Released {}) => {
                change(&|row| row.status = OrderStatus::Placed)
            }
            Event::Order(OrderEvent::Accepted { .. }) => {
                change(&|row| row.status = OrderStatus::Accepted)
            }
            Event::Order(OrderEvent::Invoiced { invoice_id }) => change(&|row| {
                row.status = OrderStatus::Accepted;
                row.invoice_id = Some(*invoice_id);
            }),
            Event::Order(OrderEvent::Completed {}) => {
                change(&|row| row.status = OrderStatus::Completed)
            }
            Event::Order(OrderEvent::Cancelled { .. }) => {
                change(&|row| row.status = OrderStatus::Cancelled)
            }
            _ => Ok(()),
        }
    }
}

/// Which orders are asked for; each condition given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Whose clients are asked for at all.
    pub scope: Scope,
    /// Who ordered.
    pub client: Option<ClientId>,
    /// What became of it.
    pub status: Option<OrderStatus>,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
}

/// Orders by day.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    filter: &Filter,
    order: Order,
    wanted: &Wanted,
) -> Result<Answer<Page<OrderRow>>, Error> {
    let sorted = Sorted { by: "placed_on", sql_type: "date", id: "order_id", order };
    let mut query = sorted.select::<OrderRow>(OrderList::NAME, tenant);
    filter.scope.narrow(&mut query, tenant);
    query.when("client_id =", filter.client.map(|client| client.uuid()));
    query.when("status =", filter.status.map(|status| status.as_str()));
    query.when("placed_on >=", filter.from);
    query.when("placed_on <=", filter.to);
    sorted.read(reads, tenant, OrderList::NAME, query, wanted).await
}

/// One order.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn find(
    reads: &Reads,
    tenant: TenantId,
    order: OrderId,
) -> Result<Answer<Option<OrderRow>>, Error> {
    let mut query = select::<OrderRow>(OrderList::NAME, tenant);
    query.push(" and order_id = ").push_bind(order.uuid());
    one(reads, tenant, OrderList::NAME, query).await
}
