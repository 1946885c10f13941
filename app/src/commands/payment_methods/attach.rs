//! Keeps a gateway's token for a client (PAY-25). A token is attached once per seller.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::kernel::{ClientId, PaymentMethodId};
use billfold_domain::payment_method::{
    Instrument, PaymentMethod, PaymentMethodCommand, PaymentMethodEvent,
};
use serde::{Deserialize, Serialize};

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Attach a payment method.
#[derive(Clone, Debug, Serialize)]
pub struct AttachPaymentMethod {
    /// Whose it is.
    pub client_id: ClientId,
    /// Key of the gateway that made the token.
    pub gateway: String,
    /// The token; never a card number.
    pub token: String,
    /// What a person sees of it.
    pub instrument: Instrument,
}

/// The method is attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentMethodAttached {
    /// Its id.
    pub payment_method_id: PaymentMethodId,
}

#[async_trait]
impl UseCase for AttachPaymentMethod {
    const NAME: &'static str = "attach_payment_method";
    type Answer = PaymentMethodAttached;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<PaymentMethodAttached>, Error> {
        let ask = self.clone();
        let payment_method_id = PaymentMethodId::new(room.mint());
        let key = PaymentMethodEvent::token_key(&ask.gateway, &ask.token);
        let touches = Touches::new(room.tenant)
            .begins::<PaymentMethod>(payment_method_id.uuid())
            .reads::<Client>(ask.client_id.uuid())
            .claims(PaymentMethodEvent::TOKEN_SCOPE, Some(&key));
        Ok(touches.decide(move |table| {
            if *table.state::<Client>(ask.client_id.uuid())? == Client::Absent {
                return Err(Refused::of(&ClientRefusal::Absent).at("/client_id").into());
            }
            let attach = billfold_domain::payment_method::AttachPaymentMethod {
                client_id: ask.client_id,
                gateway: ask.gateway.clone(),
                token: ask.token.clone(),
                instrument: ask.instrument.clone(),
            };
            let attach = PaymentMethodCommand::Attach(attach);
            table.decide::<PaymentMethod>(payment_method_id.uuid(), attach)?;
            Ok(PaymentMethodAttached { payment_method_id })
        }))
    }
}
