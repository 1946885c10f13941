//! Takes a whole invoice back by a credit note, numbered under the lock. What was paid becomes the
//! client's credit.

use async_trait::async_trait;
use billfold_domain::invoice::{Invoice, InvoiceCommand, InvoiceEvent};
use billfold_domain::kernel::{DocumentKind, InvoiceId, Money, Series};
use serde::{Deserialize, Serialize};

use crate::commands::{No, Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Void an invoice.
#[derive(Clone, Debug, Serialize)]
pub struct VoidInvoice {
    /// Which.
    pub invoice_id: InvoiceId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

/// The invoice is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceVoided {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Number of the credit note.
    pub credit_note: String,
    /// The unpaid part, no longer owed.
    pub offset: Money,
    /// The paid part, now the client's credit.
    pub to_credit: Money,
}

#[async_trait]
impl UseCase for VoidInvoice {
    const NAME: &'static str = "void_invoice";
    type Answer = InvoiceVoided;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<InvoiceVoided>, Error> {
        let Self { invoice_id, reason } = self.clone();
        let id = invoice_id.uuid();
        let settings = room.settings().await?;
        let today = settings.day_of(room.now);
        let kind = DocumentKind::CreditNote;
        let series = Series::new(&settings.credit_note_numbers, kind, today);
        let touches = Touches::new(room.tenant).main::<Invoice>(id).counts(series.keys());
        Ok(touches.decide(move |table| {
            let format = table.settings()?.credit_note_numbers.clone();
            let credit_note = table.next_number(&format, kind, table.today())?;
            let void = InvoiceCommand::Void { reason: reason.clone(), credit_note };
            let events = table.decide::<Invoice>(id, void)?;
            let voided = events.into_iter().find_map(|event| match event {
                InvoiceEvent::Voided(voided) => Some(voided),
                _ => None,
            });
            let voided = voided.ok_or_else(|| No::Broken("voided and not voided".to_owned()))?;
            Ok(InvoiceVoided {
                invoice_id,
                credit_note: voided.credit_note.text,
                offset: voided.offset,
                to_credit: voided.to_credit,
            })
        }))
    }
}
