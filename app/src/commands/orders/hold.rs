//! Holds an order back that may be fraud, and lets it go on (ORD-08).

use async_trait::async_trait;
use billfold_domain::kernel::OrderId;
use billfold_domain::order::{Order, OrderCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Hold an order back until somebody looked at it.
#[derive(Clone, Debug, Serialize)]
pub struct HoldOrder {
    /// Which.
    pub order_id: OrderId,
    /// What is suspicious, 1 to 500 characters; no personal data.
    pub reason: String,
}

/// Let an order go on that was held back.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ReleaseOrder {
    /// Which.
    pub order_id: OrderId,
}

#[async_trait]
impl UseCase for HoldOrder {
    const NAME: &'static str = "hold_order";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, reason) = (self.order_id.uuid(), self.reason.clone());
        Ok(Touches::new(room.tenant).main::<Order>(id).decide(move |table| {
            table.decide::<Order>(id, OrderCommand::Hold { reason: reason.clone() })?;
            Ok(())
        }))
    }
}

#[async_trait]
impl UseCase for ReleaseOrder {
    const NAME: &'static str = "release_order";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.order_id.uuid();
        Ok(Touches::new(room.tenant).main::<Order>(id).decide(move |table| {
            table.decide::<Order>(id, OrderCommand::Release)?;
            Ok(())
        }))
    }
}
