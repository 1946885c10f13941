//! Replaces what a client answered to the seller's own questions. The values are checked against
//! the fields as they are defined, and sealed before they reach the event.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientCommand, CustomValues, RecordCommand};
use billfold_domain::kernel::ClientId;
use billfold_domain::tenant::Tenant;
use serde::Serialize;

use super::seal_for;
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};
use crate::vault::field;

/// Replace the values of the seller's own fields.
#[derive(Clone, Debug, Serialize)]
pub struct SetClientCustomFields {
    /// Whose.
    pub client_id: ClientId,
    /// All of them, by the key of their field.
    pub values: CustomValues,
}

#[async_trait]
impl UseCase for SetClientCustomFields {
    const NAME: &'static str = "set_client_custom_fields";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let seller = room.load::<Tenant>(room.tenant.uuid()).await?;
        let fields = seller.state.0.profile().map(|profile| profile.custom_fields.as_slice());
        let checked = self.values.check(fields.unwrap_or_default());
        checked.map_err(|invalid| Refused::of(&invalid.under("values")))?;
        let name = field::CLIENT_CUSTOM_FIELDS;
        let values = if self.values.0.is_empty() {
            None
        } else {
            Some(seal_for(room, self.client_id, name, &self.values).await?)
        };
        let id = self.client_id.uuid();
        Ok(Touches::new(room.tenant).main::<Client>(id).decide(move |table| {
            let ask = RecordCommand::SetCustomFields { values: values.clone() };
            table.decide::<Client>(id, ClientCommand::Record(ask))?;
            Ok(())
        }))
    }
}
