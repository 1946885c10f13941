//! What is known of an order.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::{ClientId, Currency, InvoiceId, Money, Origin};
use crate::order::{BegunSubscription, OrderEvent, OrderItem};

/// An order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Nothing was ordered under this id.
    #[default]
    Absent,
    /// Waits to be accepted.
    Placed(PlacedOrder),
    /// May be fraud; nothing comes of it until somebody looked.
    Held(PlacedOrder),
    /// Comes about.
    Accepted(AcceptedOrder),
    /// Was delivered and paid.
    Completed(AcceptedOrder),
    /// Came to nothing.
    Cancelled(PlacedOrder),
}

/// An order that comes about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedOrder {
    /// What was ordered.
    pub order: PlacedOrder,
    /// The subscription of each item that recurs; none where the order was only billed.
    pub subscriptions: Vec<BegunSubscription>,
    /// The invoice that asks for the money; none where nothing is charged yet.
    pub invoice_id: Option<InvoiceId>,
}

/// What was ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedOrder {
    /// Who ordered.
    pub client_id: ClientId,
    /// The day of the order.
    pub placed_on: NaiveDate,
    /// Currency of all items.
    pub currency: Currency,
    /// What was ordered.
    pub items: Vec<OrderItem>,
    /// Sum of the items.
    pub total: Money,
    /// Where an imported order came from.
    pub origin: Option<Origin>,
}

impl Order {
    /// What was ordered, once it was placed.
    pub fn placed(&self) -> Option<&PlacedOrder> {
        match self {
            Self::Absent => None,
            Self::Placed(order) | Self::Held(order) | Self::Cancelled(order) => Some(order),
            Self::Accepted(accepted) | Self::Completed(accepted) => Some(&accepted.order),
        }
    }

    /// What came of it, once it was accepted.
    pub fn accepted(&self) -> Option<&AcceptedOrder> {
        match self {
            Self::Accepted(accepted) | Self::Completed(accepted) => Some(accepted),
            Self::Absent | Self::Placed(_) | Self::Held(_) | Self::Cancelled(_) => None,
        }
    }

    pub(super) fn take(&mut self, event: &OrderEvent) {
        let known = std::mem::take(self);
        *self = known.after(event);
    }

    /// The order after an event; as it was where the event does not follow.
    fn after(self, event: &OrderEvent) -> Self {
        match (self, event) {
            (_, OrderEvent::Placed { client_id, placed_on, currency, items, total, origin }) => {
                Self::Placed(PlacedOrder {
                    client_id: *client_id,
                    placed_on: *placed_on,
                    currency: *currency,
                    items: items.clone(),
                    total: *total,
                    origin: origin.clone(),
                })
            }
            (Self::Placed(order), OrderEvent::Held { .. }) => Self::Held(order),
            (Self::Held(order), OrderEvent::Released {}) => Self::Placed(order),
            (Self::Placed(order), OrderEvent::Accepted { subscriptions }) => {
                let subscriptions = subscriptions.clone();
                Self::Accepted(AcceptedOrder { order, subscriptions, invoice_id: None })
            }
            (Self::Placed(order), OrderEvent::Invoiced { invoice_id }) => {
                let (subscriptions, invoice_id) = (Vec::new(), Some(*invoice_id));
                Self::Accepted(AcceptedOrder { order, subscriptions, invoice_id })
            }
            (Self::Accepted(accepted), OrderEvent::Invoiced { invoice_id }) => {
                Self::Accepted(AcceptedOrder { invoice_id: Some(*invoice_id), ..accepted })
            }
            (Self::Accepted(accepted), OrderEvent::Completed {}) => Self::Completed(accepted),
            (Self::Placed(order) | Self::Held(order), OrderEvent::Cancelled { .. }) => {
                Self::Cancelled(order)
            }
            (known, _) => known,
        }
    }
}
