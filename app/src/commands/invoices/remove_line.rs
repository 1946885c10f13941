//! Takes a line off a draft.

use async_trait::async_trait;
use billfold_domain::invoice::{Invoice, InvoiceCommand};
use billfold_domain::kernel::InvoiceId;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Remove a line.
#[derive(Clone, Debug, Serialize)]
pub struct RemoveLine {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Number of the line.
    pub line_no: u32,
}

#[async_trait]
impl UseCase for RemoveLine {
    const NAME: &'static str = "remove_line";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, line_no) = (self.invoice_id.uuid(), self.line_no);
        Ok(Touches::new(room.tenant).main::<Invoice>(id).decide(move |table| {
            table.decide::<Invoice>(id, InvoiceCommand::RemoveLine { line_no })?;
            Ok(())
        }))
    }
}
