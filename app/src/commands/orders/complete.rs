//! Completes an order that was delivered and paid (ORD-08).

use async_trait::async_trait;
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::OrderId;
use billfold_domain::order::{Order, OrderCommand, OrderRefusal};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Complete an order.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CompleteOrder {
    /// Which; its invoice is settled, if it has one.
    pub order_id: OrderId,
}

#[async_trait]
impl UseCase for CompleteOrder {
    const NAME: &'static str = "complete_order";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.order_id.uuid();
        let mut touches = Touches::new(room.tenant).main::<Order>(id);
        let known = room.load::<Order>(id).await?;
        let invoice = known.state.0.accepted().and_then(|accepted| accepted.invoice_id);
        if let Some(invoice_id) = invoice {
            touches = touches.reads::<Invoice>(invoice_id.uuid());
        }
        Ok(touches.decide(move |table| {
            let accepted = table.state::<Order>(id)?.accepted();
            table.unmoved::<Order>(id, known.version)?;
            if let Some(invoice_id) = accepted.and_then(|accepted| accepted.invoice_id) {
                let invoice = table.state::<Invoice>(invoice_id.uuid())?;
                if !matches!(invoice, Invoice::Settled { .. }) {
                    return Err(Refused::of(&OrderRefusal::Unpaid { invoice_id }).into());
                }
            }
            table.decide::<Order>(id, OrderCommand::Complete)?;
            Ok(())
        }))
    }
}
