//! Matches money that lies unapplied, or a credit that came from this payment, to an invoice.

use async_trait::async_trait;
use billfold_domain::invoice::{ApplyPayment, Invoice, InvoiceCommand};
use billfold_domain::kernel::{InvoiceId, Money, PaymentId};
use billfold_domain::payment::{Allocation, Payment, PaymentCommand, PaymentEvent, Source};
use serde::Serialize;

use crate::commands::affiliates::Referral;
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
        let known = room.load::<Payment>(payment_id.uuid()).await?;
        let (referral, touches) = match known.state.0.settled() {
            Some(settled) => {
                let paid_by = settled.client_id;
                let found = Referral::beside(room, paid_by, payment_id, touches).await?;
                (Some(found.0), found.1)
            }
            None => (None, touches),
        };
        Ok(touches.decide(move |table| {
            let mut applied = Vec::new();
            let allocate = PaymentCommand::Allocate { invoice_id, amount, from };
            for event in table.decide::<Payment>(payment_id.uuid(), allocate)? {
                let PaymentEvent::Allocated { no, client_id, amount, .. } = event else { continue };
                let apply = ApplyPayment { payment_id, allocation_no: no, client_id, amount };
                let apply = InvoiceCommand::ApplyPayment(apply);
                table.decide::<Invoice>(invoice_id.uuid(), apply)?;
                applied.push(Allocation { no, invoice_id, amount });
                end_if_over(table, invoice_id)?;
            }
            if let Some(referral) = &referral {
                let today = table.today();
                referral.earn(table, payment_id, today, &applied)?;
            }
            Ok(())
        }))
    }
}
