//! Gives up what is still owed on an invoice.

use async_trait::async_trait;
use billfold_domain::invoice::{Invoice, InvoiceCommand};
use billfold_domain::kernel::InvoiceId;
use serde::{Deserialize, Serialize};

use crate::commands::dunning::{end_if_over, owed_invoice};
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Write an invoice off.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WriteOffInvoice {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for WriteOffInvoice {
    const NAME: &'static str = "write_off_invoice";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, reason) = (self.invoice_id.uuid(), self.reason.clone());
        let invoice_id = self.invoice_id;
        let touches = owed_invoice(Touches::new(room.tenant).main::<Invoice>(id), invoice_id);
        Ok(touches.decide(move |table| {
            table.decide::<Invoice>(id, InvoiceCommand::WriteOff { reason: reason.clone() })?;
            end_if_over(table, invoice_id)
        }))
    }
}
