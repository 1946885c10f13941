//! Sets what members of a group pay less from now on; what was sold keeps its price.

use async_trait::async_trait;
use billfold_domain::client_group::{ClientGroup, ClientGroupCommand};
use billfold_domain::kernel::{ClientGroupId, Percent};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Set a group's discount.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetGroupDiscount {
    /// Of which group.
    pub client_group_id: ClientGroupId,
    /// The share that comes off, at most 100 %; zero ends it.
    pub discount: Percent,
}

#[async_trait]
impl UseCase for SetGroupDiscount {
    const NAME: &'static str = "set_group_discount";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, discount) = (self.client_group_id.uuid(), self.discount);
        Ok(Touches::new(room.tenant).main::<ClientGroup>(id).decide(move |table| {
            table.decide::<ClientGroup>(id, ClientGroupCommand::SetDiscount { discount })?;
            Ok(())
        }))
    }
}
