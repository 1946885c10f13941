//! What may be asked of an order.

use crate::kernel::{ClientId, Currency, InvoiceId, Origin};
use crate::order::{BegunSubscription, NewItem};

/// A request about an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderCommand {
    /// Order something, on the day the request counts for.
    Place(PlaceOrder),
    /// Look at it before anything comes of it, because it may be fraud (ORD-08).
    Hold {
        /// What is suspicious, 1 to 500 characters.
        reason: String,
    },
    /// It is none.
    Release,
    /// Let it come about: what recurs begins.
    Accept {
        /// The subscription of each item that recurs, in the order of the items.
        subscriptions: Vec<BegunSubscription>,
    },
    /// Note which invoice asks for the money.
    MarkInvoiced {
        /// The invoice.
        invoice_id: InvoiceId,
    },
    /// Everything that was ordered was delivered and paid.
    Complete,
    /// Give the order up.
    Cancel {
        /// Why, 1 to 500 characters.
        reason: String,
    },
}

/// What is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceOrder {
    /// Who orders.
    pub client_id: ClientId,
    /// Currency of all items.
    pub currency: Currency,
    /// What is ordered, 1 to 1000 items.
    pub items: Vec<NewItem>,
    /// Where an imported order came from.
    pub origin: Option<Origin>,
}
