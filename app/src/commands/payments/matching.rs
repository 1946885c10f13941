//! Matches money that lies unapplied, or a credit that came from this payment, to an invoice.

use async_trait::async_trait;
use billfold_domain::invoice::{ApplyPayment, Invoice, InvoiceCommand};
use billfold_domain::kernel::{InvoiceId, Money, PaymentId};
use billfold_domain::payment::{Payment, PaymentCommand, PaymentEvent, Source};
use serde::Serialize;

use crate::commands::dunning::{end_if_over, owed_invoice};
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Match a rest of a payment.
#[derive(Clone, Debug, Serialize)]
pub struct MatchPayment {
    /// The payment.
    pub payment_id: PaymentId,
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// How much.
    pub amount: Money,
    /// Where the money lies.
    pub from: Source,
}

#[async_trait]
impl UseCase for MatchPayment {
    const NAME: &'static str = "match_payment";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { payment_id, invoice_id, amount, from } = self.clone();
        let touches = Touches::new(room.tenant).main::<Payment>(payment_id.uuid());
        let touches = owed_invoice(touches, invoice_id);
        Ok(touches.decide(move |table| {
            let allocate = PaymentCommand::Allocate { invoice_id, amount, from };
            for event in table.decide::<Payment>(payment_id.uuid(), allocate)? {
                let PaymentEvent::Allocated { no, client_id, amount, .. } = event else { continue };
                let apply = ApplyPayment { payment_id, allocation_no: no, client_id, amount };
                let apply = InvoiceCommand::ApplyPayment(apply);
                table.decide::<Invoice>(invoice_id.uuid(), apply)?;
                end_if_over(table, invoice_id)?;
            }
            Ok(())
        }))
    }
}
