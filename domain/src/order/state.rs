//! What is known of an order.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::{ClientId, Currency, InvoiceId, Money, Origin};
use crate::order::{OrderEvent, OrderItem};

/// An order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Nothing was ordered under this id.
    #[default]
    Absent,
    /// Waits for its invoice.
    Placed(PlacedOrder),
    /// An invoice asks for the money.
    Invoiced {
        /// What was ordered.
        order: PlacedOrder,
        /// The invoice.
        invoice_id: InvoiceId,
    },
    /// Came to nothing.
    Cancelled(PlacedOrder),
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
            Self::Placed(order) | Self::Invoiced { order, .. } | Self::Cancelled(order) => {
                Some(order)
            }
        }
    }

    pub(super) fn take(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::Placed { client_id, placed_on, currency, items, total, origin } => {
                *self = Self::Placed(PlacedOrder {
                    client_id: *client_id,
                    placed_on: *placed_on,
                    currency: *currency,
                    items: items.clone(),
                    total: *total,
                    origin: origin.clone(),
                });
            }
            OrderEvent::Invoiced { invoice_id } => {
                if let Self::Placed(order) = self {
                    *self = Self::Invoiced { order: order.clone(), invoice_id: *invoice_id };
                }
            }
            OrderEvent::Cancelled { .. } => {
                if let Self::Placed(order) = self {
                    *self = Self::Cancelled(order.clone());
                }
            }
        }
    }
}
