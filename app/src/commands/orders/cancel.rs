//! Gives an order up that was not accepted yet.

use async_trait::async_trait;
use billfold_domain::kernel::OrderId;
use billfold_domain::order::{Order, OrderCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Cancel an order.
#[derive(Clone, Debug, Serialize)]
pub struct CancelOrder {
    /// Which.
    pub order_id: OrderId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for CancelOrder {
    const NAME: &'static str = "cancel_order";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, reason) = (self.order_id.uuid(), self.reason.clone());
        Ok(Touches::new(room.tenant).main::<Order>(id).decide(move |table| {
            table.decide::<Order>(id, OrderCommand::Cancel { reason: reason.clone() })?;
            Ok(())
        }))
    }
}
