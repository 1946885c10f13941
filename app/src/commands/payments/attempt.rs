//! Records how far an attempt to collect has come that is not decided: a gateway works on it, the
//! client has to do something, or nobody knows (PAY-23). It changes nothing on any invoice.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::invoice::{Invoice, InvoiceRefusal};
use billfold_domain::kernel::{ClientId, InvoiceId, Money, PaymentId};
use billfold_domain::payment::{
    AttemptPayment, AttemptStage, Payment, PaymentCommand, PaymentEvent,
};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Record an attempt, or that it has come further.
#[derive(Clone, Debug, Serialize)]
pub struct RecordAttempt {
    /// The payment it will be; follows from the intent, so that every report finds it.
    pub payment_id: PaymentId,
    /// Who pays.
    pub client_id: ClientId,
    /// What is asked for.
    pub amount: Money,
    /// Key of the gateway.
    pub gateway: String,
    /// The gateway's own name for it; one payment has it.
    pub reference: Option<String>,
    /// How far it has come.
    pub stage: AttemptStage,
    /// The invoice it is to pay; it may be for any of the client's unless given.
    pub invoice_id: Option<InvoiceId>,
}

#[async_trait]
impl UseCase for RecordAttempt {
    const NAME: &'static str = "record_attempt";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let ask = self.clone();
        let id = ask.payment_id.uuid();
        let key = ask.reference.as_deref();
        let key = key.map(|reference| PaymentEvent::reference_key(&ask.gateway, reference));
        let touches = Touches::new(room.tenant)
            .main::<Payment>(id)
            .reads::<Client>(ask.client_id.uuid())
            .claims(PaymentEvent::REFERENCE_SCOPE, key.as_deref());
        let touches = match ask.invoice_id {
            Some(invoice) => touches.reads::<Invoice>(invoice.uuid()),
            None => touches,
        };
        Ok(touches.decide(move |table| {
            if let Some(invoice) = ask.invoice_id {
                let document = table.state::<Invoice>(invoice.uuid())?.document();
                if document.is_none_or(|document| document.client_id != ask.client_id) {
                    return Err(Refused::of(&InvoiceRefusal::Absent).at("/invoice_id").into());
                }
            }
            if *table.state::<Client>(ask.client_id.uuid())? == Client::Absent {
                return Err(Refused::of(&ClientRefusal::Absent).at("/client_id").into());
            }
            let attempt = PaymentCommand::Attempt(AttemptPayment {
                client_id: ask.client_id,
                amount: ask.amount,
                gateway: ask.gateway.clone(),
                reference: ask.reference.clone(),
                stage: ask.stage,
                invoice_id: ask.invoice_id,
                on: table.today(),
            });
            table.decide::<Payment>(id, attempt)?;
            Ok(())
        }))
    }
}
