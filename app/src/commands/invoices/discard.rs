//! Throws a draft away; it had no number, so nothing is missing.

use async_trait::async_trait;
use billfold_domain::invoice::{Invoice, InvoiceCommand};
use billfold_domain::kernel::InvoiceId;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Discard a draft.
#[derive(Clone, Debug, Serialize)]
pub struct DiscardDraft {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for DiscardDraft {
    const NAME: &'static str = "discard_draft";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, reason) = (self.invoice_id.uuid(), self.reason.clone());
        Ok(Touches::new(room.tenant).main::<Invoice>(id).decide(move |table| {
            table.decide::<Invoice>(id, InvoiceCommand::Discard { reason: reason.clone() })?;
            Ok(())
        }))
    }
}
