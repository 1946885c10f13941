//! Sets the due date of a draft.

use async_trait::async_trait;
use billfold_domain::invoice::{Invoice, InvoiceCommand};
use billfold_domain::kernel::InvoiceId;
use chrono::NaiveDate;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Set the due date.
#[derive(Clone, Debug, Serialize)]
pub struct SetDueDate {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Last day to pay without being late.
    pub due_date: NaiveDate,
}

#[async_trait]
impl UseCase for SetDueDate {
    const NAME: &'static str = "set_due_date";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, due_date) = (self.invoice_id.uuid(), self.due_date);
        Ok(Touches::new(room.tenant).main::<Invoice>(id).decide(move |table| {
            table.decide::<Invoice>(id, InvoiceCommand::SetDueDate { due_date })?;
            Ok(())
        }))
    }
}
