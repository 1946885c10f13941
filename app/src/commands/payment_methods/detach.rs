//! Forgets a stored method; the gateway's token may be attached anew.

use async_trait::async_trait;
use billfold_domain::kernel::PaymentMethodId;
use billfold_domain::payment_method::{PaymentMethod, PaymentMethodCommand, PaymentMethodEvent};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Detach a payment method.
#[derive(Clone, Debug, Serialize)]
pub struct DetachPaymentMethod {
    /// Which.
    pub payment_method_id: PaymentMethodId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for DetachPaymentMethod {
    const NAME: &'static str = "detach_payment_method";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, reason) = (self.payment_method_id.uuid(), self.reason.clone());
        let known = room.load::<PaymentMethod>(id).await?;
        let touches = Touches::new(room.tenant).main::<PaymentMethod>(id);
        Ok(claims_of(touches, &known.state.0).decide(move |table| {
            let detach = PaymentMethodCommand::Detach { reason: reason.clone() };
            table.decide::<PaymentMethod>(id, detach)?;
            Ok(())
        }))
    }
}

/// Names what a method may take or give up: its token, and being its client's default. Neither
/// ever changes once it is attached.
pub(super) fn claims_of(touches: Touches, method: &PaymentMethod) -> Touches {
    let (PaymentMethod::Attached(known) | PaymentMethod::Expired(known)) = method else {
        return touches;
    };
    let token = PaymentMethodEvent::token_key(&known.gateway, &known.token);
    let default = PaymentMethodEvent::default_key(known.client_id);
    touches
        .claims(PaymentMethodEvent::TOKEN_SCOPE, Some(&token))
        .claims(PaymentMethodEvent::DEFAULT_SCOPE, Some(&default))
}
