//! What can have happened to an order.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::aggregate::name_events;
use crate::kernel::{ClientId, Currency, EventBody, InvoiceId, Money, Origin};
use crate::order::{BegunSubscription, OrderItem};

/// A fact about an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderEvent {
    /// The client ordered; items and prices are fixed from here on.
    Placed {
        /// Who ordered.
        client_id: ClientId,
        /// The day of the order.
        placed_on: NaiveDate,
        /// Currency of all items.
        currency: Currency,
        /// What was ordered, at the prices of that day.
        items: Vec<OrderItem>,
        /// Sum of the items, without tax.
        total: Money,
        /// Where an imported order came from.
        origin: Option<Origin>,
    },
    /// It may be fraud; nothing comes of it until somebody looked.
    Held {
        /// What is suspicious.
        reason: String,
    },
    /// It is no fraud.
    Released {},
    /// It comes about: what recurs began.
    Accepted {
        /// The subscription of each item that recurs, in the order of the items.
        subscriptions: Vec<BegunSubscription>,
    },
    /// An invoice asks for the money.
    Invoiced {
        /// The invoice.
        invoice_id: InvoiceId,
    },
    /// Everything that was ordered was delivered and paid.
    Completed {},
    /// The order came to nothing.
    Cancelled {
        /// Why.
        reason: String,
    },
}

name_events!(OrderEvent {
    Placed => "order.placed" v "1",
    Held => "order.held" v "1",
    Released => "order.released" v "1",
    Accepted => "order.accepted" v "1",
    Invoiced => "order.invoiced" v "1",
    Completed => "order.completed" v "1",
    Cancelled => "order.cancelled" v "1",
});

impl EventBody for OrderEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Placed { placed_on, .. } => Some(*placed_on),
            Self::Held { .. }
            | Self::Released {}
            | Self::Accepted { .. }
            | Self::Invoiced { .. }
            | Self::Completed {}
            | Self::Cancelled { .. } => None,
        }
    }
}
