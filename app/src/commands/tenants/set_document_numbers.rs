//! Numbers later invoices and credit notes in another way; issued ones keep their numbers.

use async_trait::async_trait;
use billfold_domain::kernel::{NumberFormat, NumberScheme};
use billfold_domain::tenant::{Tenant, TenantCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Kind, Refused};

/// Choose how documents are numbered from now on.
#[derive(Clone, Debug, Serialize)]
pub struct SetDocumentNumbers {
    /// Invoices.
    pub invoices: NumberFormat,
    /// Credit notes; never with a prefix that invoices had.
    pub credit_notes: NumberFormat,
}

#[async_trait]
impl UseCase for SetDocumentNumbers {
    const NAME: &'static str = "set_document_numbers";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let schemes =
            [("/invoice_numbers", &self.invoices), ("/credit_note_numbers", &self.credit_notes)];
        for (field, format) in schemes {
            if format.scheme == NumberScheme::PerClient {
                let detail = "clients have no numbers to count by; count per year, per month or on";
                let refused = Refused::new("number_format.per_client", Kind::Malformed, detail);
                return Err(refused.at(&format!("{field}/scheme")).into());
            }
        }
        let (tenant, asked) = (room.tenant.uuid(), self.clone());
        Ok(Touches::new(room.tenant).main::<Tenant>(tenant).decide(move |table| {
            let Self { invoices, credit_notes } = asked.clone();
            let (invoice_numbers, credit_note_numbers) = (invoices, credit_notes);
            let set = TenantCommand::SetInvoiceNumbers { invoice_numbers, credit_note_numbers };
            table.decide::<Tenant>(tenant, set)?;
            Ok(())
        }))
    }
}
