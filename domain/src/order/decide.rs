//! What may happen to an order in which state.

use chrono::NaiveDate;

use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::check_line;
use crate::kernel::{Aggregate, Invalid, Issued, Money, Origin};
use crate::order::{
    AcceptedOrder, Answer, NewItem, Order, OrderCommand, OrderEvent, OrderItem, OrderRefusal,
    PlaceOrder, PlacedOrder,
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
            (Self::Absent, _) => Err(OrderRefusal::Absent),
            (known, Ask::Place(new)) => place_again(known, new),
            (Self::Placed(order), command) => placed(order, command),
            (Self::Held(_), Ask::Release) => Ok(vec![OrderEvent::Released {}]),
            (Self::Held(_), Ask::Cancel { reason }) => cancel(reason),
            (Self::Held(_), _) => Err(OrderRefusal::Held),
            (Self::Accepted(accepted), command) => go_on(accepted, command),
            (Self::Completed(accepted), Ask::MarkInvoiced { invoice_id })
                if accepted.invoice_id == Some(*invoice_id) =>
            {
                Ok(Vec::new())
            }
            (Self::Completed(_), _) => Err(OrderRefusal::Completed),
            (Self::Cancelled(_), _) => Err(OrderRefusal::Cancelled),
        }
    }

    fn apply(&mut self, event: &OrderEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let items = self.placed().map_or(0, |order| {
            let of_item = |item: &OrderItem| {
                let answers: usize = item.answers.iter().map(Answer::weight).sum();
                item.description.len().saturating_add(answers)
            };
            let texts: usize = order.items.iter().map(of_item).sum();
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
fn place_again(known: &Order, new: &PlaceOrder) -> Result<Vec<OrderEvent>, OrderRefusal> {
    let origin = known.placed().and_then(|order| order.origin.as_ref());
    if origin.is_some() && origin == new.origin.as_ref() {
        return Ok(Vec::new());
    }
    Err(OrderRefusal::AlreadyPlaced)
}

fn placed(order: &PlacedOrder, command: &OrderCommand) -> Result<Vec<OrderEvent>, OrderRefusal> {
    use OrderCommand as Ask;
    match command {
        Ask::Hold { reason } => {
            check_line("reason", reason, 500)?;
            Ok(vec![OrderEvent::Held { reason: reason.clone() }])
        }
        Ask::Accept { subscriptions } => {
            let recurs = order.items.iter().zip(0_u32..).filter(|(item, _)| item.recurs.is_some());
            if !recurs.map(|(_, at)| at).eq(subscriptions.iter().map(|begun| begun.item)) {
                return Err(OrderRefusal::WrongSubscriptions);
            }
            Ok(vec![OrderEvent::Accepted { subscriptions: subscriptions.clone() }])
        }
        Ask::MarkInvoiced { invoice_id } => {
            Ok(vec![OrderEvent::Invoiced { invoice_id: *invoice_id }])
        }
        Ask::Cancel { reason } => cancel(reason),
        Ask::Place(_) => Err(OrderRefusal::AlreadyPlaced),
        Ask::Release => Err(OrderRefusal::NotHeld),
        Ask::Complete => Err(OrderRefusal::NotAccepted),
    }
}

fn go_on(known: &AcceptedOrder, command: &OrderCommand) -> Result<Vec<OrderEvent>, OrderRefusal> {
    use OrderCommand as Ask;
    match (command, known.invoice_id) {
        (Ask::Complete, _) => Ok(vec![OrderEvent::Completed {}]),
        (Ask::MarkInvoiced { invoice_id }, None) => {
            Ok(vec![OrderEvent::Invoiced { invoice_id: *invoice_id }])
        }
        (Ask::MarkInvoiced { invoice_id }, Some(known)) if known == *invoice_id => Ok(Vec::new()),
        (_, Some(invoice_id)) => Err(OrderRefusal::AlreadyInvoiced { invoice_id }),
        (_, None) => Err(OrderRefusal::AlreadyAccepted),
    }
}

fn cancel(reason: &str) -> Result<Vec<OrderEvent>, OrderRefusal> {
    check_line("reason", reason, 500)?;
    Ok(vec![OrderEvent::Cancelled { reason: reason.to_owned() }])
}
