//! What may happen to an order in which state.

use chrono::NaiveDate;

use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::check_line;
use crate::kernel::{Aggregate, Invalid, InvoiceId, Issued, Money, Origin};
use crate::order::{
    NewItem, Order, OrderCommand, OrderEvent, OrderRefusal, PlaceOrder, PlacedOrder,
};

/// How many items an order may have.
const ITEM_LIMIT: usize = 1_000;

impl Aggregate for Order {
    const TYPE: &'static str = "order";
    type Command = OrderCommand;
    type Event = OrderEvent;
    type Refusal = OrderRefusal;

    fn decide(&self, ask: &Issued<OrderCommand>) -> Result<Vec<OrderEvent>, OrderRefusal> {
        use OrderCommand as Ask;
        match (self, &ask.command) {
            (Self::Absent, Ask::Place(new)) => place(new, ask.effective_on),
            (
                Self::Placed(order) | Self::Invoiced { order, .. } | Self::Cancelled(order),
                Ask::Place(new),
            ) => place_again(order, new),
            (Self::Absent, _) => Err(OrderRefusal::Absent),
            (Self::Placed(_), Ask::MarkInvoiced { invoice_id }) => {
                Ok(vec![OrderEvent::Invoiced { invoice_id: *invoice_id }])
            }
            (Self::Invoiced { invoice_id: known, .. }, Ask::MarkInvoiced { invoice_id }) => {
                mark_invoiced_again(*known, *invoice_id)
            }
            (Self::Placed(_), Ask::Cancel { reason }) => {
                check_line("reason", reason, 500)?;
                Ok(vec![OrderEvent::Cancelled { reason: reason.clone() }])
            }
            (Self::Invoiced { invoice_id, .. }, Ask::Cancel { .. }) => {
                Err(OrderRefusal::AlreadyInvoiced { invoice_id: *invoice_id })
            }
            (Self::Cancelled(_), Ask::MarkInvoiced { .. } | Ask::Cancel { .. }) => {
                Err(OrderRefusal::Cancelled)
            }
        }
    }

    fn apply(&mut self, event: &OrderEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let items = self.placed().map_or(0, |order| {
            let texts: usize = order.items.iter().map(|item| item.description.len()).sum();
            size_of_val(order.items.as_slice()).saturating_add(texts)
        });
        size_of::<Self>().saturating_add(items)
    }
}

bridge_to_cqrs_es!(Order);

fn place(new: &PlaceOrder, placed_on: NaiveDate) -> Result<Vec<OrderEvent>, OrderRefusal> {
    let found = new.items.len();
    if !(1..=ITEM_LIMIT).contains(&found) {
        return Err(OrderRefusal::ItemCount { limit: ITEM_LIMIT, found });
    }
    let checks =
        new.items.iter().enumerate().map(|(at, item)| {
            item.check().map_err(|invalid| invalid.under(&format!("items/{at}")))
        });
    Invalid::gather(checks)?;
    new.origin.as_ref().map_or(Ok(()), Origin::check)?;
    let items = new.items.iter().cloned().map(NewItem::priced).collect::<Result<Vec<_>, _>>()?;
    let total = Money::sum(new.currency, items.iter().map(|item| item.amount))?;
    if total.is_negative() {
        return Err(OrderRefusal::NegativeTotal);
    }
    Ok(vec![OrderEvent::Placed {
        client_id: new.client_id,
        placed_on,
        currency: new.currency,
        items,
        total,
        origin: new.origin.clone(),
    }])
}

/// A second run of an import meets the order it made before.
fn place_again(known: &PlacedOrder, new: &PlaceOrder) -> Result<Vec<OrderEvent>, OrderRefusal> {
    if known.origin.is_some() && known.origin == new.origin {
        return Ok(Vec::new());
    }
    Err(OrderRefusal::AlreadyPlaced)
}

fn mark_invoiced_again(
    known: InvoiceId,
    asked: InvoiceId,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    if known == asked {
        return Ok(Vec::new());
    }
    Err(OrderRefusal::AlreadyInvoiced { invoice_id: known })
}
