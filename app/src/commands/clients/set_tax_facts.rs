//! Says what is known about a client's taxes, besides the address.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientCommand, TaxFacts};
use billfold_domain::kernel::ClientId;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Say what is known about a client's taxes.
#[derive(Clone, Debug, Serialize)]
pub struct SetClientTaxFacts {
    /// Which client.
    pub client_id: ClientId,
    /// All of it.
    pub tax: TaxFacts,
}

#[async_trait]
impl UseCase for SetClientTaxFacts {
    const NAME: &'static str = "set_client_tax_facts";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, tax) = (self.client_id.uuid(), self.tax.clone());
        Ok(Touches::new(room.tenant).main::<Client>(id).decide(move |table| {
            table.decide::<Client>(id, ClientCommand::SetTaxFacts(tax.clone()))?;
            Ok(())
        }))
    }
}
